import { AppError } from '@millrace/kernel';
import type { KojiParts } from './settings';

const keptMs = 60_000;
const asked = new WeakMap<KojiParts, Map<string, { readonly at: number; readonly because: string | null }>>();

/**
 * Refuses before anything is built what the hub would only refuse when the result is tagged: the tag is locked, or asks
 * for a permission. Hubs tell nobody what their policies say.
 *
 * @throws AppError `koji-tag-refused` (forbidden)
 */
export async function checkTagAccess(parts: KojiParts, tag: string): Promise<void> {
  if (!(await parts.facts.features()).tagAccess) return;
  const because = await refusalOf(parts, tag);
  if (because === null) return;
  throw new AppError({
    code: 'koji-tag-refused',
    kind: 'forbidden',
    message: `${(await parts.facts.me()).name} may not tag into ${tag}: ${because}`,
    remedy: 'unlock the tag, or ask for the permission (koji grant-permission)',
  });
}

/** Why we may not tag there; null: we may, by lock and permission. */
export async function refusalOf(parts: KojiParts, tag: string): Promise<string | null> {
  const known = asked.get(parts) ?? new Map<string, { readonly at: number; readonly because: string | null }>();
  asked.set(parts, known);
  const before = known.get(tag);
  if (before && before.because === null && Date.now() - before.at < keptMs) return null;
  const { may, because } = await parts.hub.checkTagAccess(tag, (await parts.facts.me()).id);
  const refusal = may ? null : because;
  known.set(tag, { at: Date.now(), because: refusal });
  return refusal;
}
