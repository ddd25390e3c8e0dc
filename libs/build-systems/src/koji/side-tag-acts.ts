import { AppError } from '@millrace/kernel';
import { buildId, type Tag } from '@millrace/koji';
import { z } from 'zod';
import type { Place } from '../build-system';
import type { SideTags } from '../side-tag';
import { buildOfRef } from './build-of';
import { lookNow } from './look';
import { changePlace, isClaimedSince, readPlace, writePlace, type OpenedPlace } from './place-book';
import { noBuild, refOfBuild } from './ref';
import { baseTagOf, knownTarget, releaseOf } from './releases';
import type { KojiParts } from './settings';
import { knownTags, listSideTags, unlandedOf } from './side-tag-list';
import { closed, elsewhere, foreign, fresh, inUse, notLanded, shared, taken } from './side-tag-faults';
import { restoreSideTag } from './side-tag-restore';
import { inTurnOfSideTags, removeSideTag } from './side-tags';
import { putInto } from './tagging';
import { refusalOf } from './tag-access';

export function sideTagsOf(parts: KojiParts): SideTags {
  return {
    list: (release, wish) => listSideTags(parts, release, wish),
    check: (tag, release, cascade) => check(parts, tag, release, cascade),
    adopt: (tag, release, cascade) => adopt(parts, tag, release, cascade),
    remove: (tag, release, wish) => inTurnOfSideTags(parts, () => remove(parts, tag, release, wish ?? {})),
    restore: (release, cascade) => restoreSideTag(parts, release, cascade),
    pin: (release, cascade, build) => pin(parts, release, cascade, build),
  };
}

async function check(parts: KojiParts, tag: string, release: string, cascade: string): Promise<void> {
  const opened = await readPlace(parts, release, cascade);
  if (opened && opened.closed !== null) throw closed(opened);
  const found = await sideTagNamed(parts, tag);
  const { target, isolation } = await releaseOf(parts, release);
  if (isolation !== 'side-tag') throw shared(release);
  const { build_tag_name: base } = await knownTarget(parts, target);
  const line = (await parts.hub.getInheritance(tag)).map((one) => one.name);
  if (!line.includes(base)) throw elsewhere(tag, line[0] ?? 'nothing', release, base);
  const used = (await knownTags(parts)).get(tag);
  const isOwn = used?.opened.place.release === release && used.opened.place.cascade === cascade;
  if (used && !isOwn && used.opened.closed === null) throw taken(tag, used.opened);
  await checkTagging(parts, found);
}

/** Locked, a permission of the tag, or the policy `tag`, where the hub answers such a question without a build. */
async function checkTagging(parts: KojiParts, tag: Tag): Promise<void> {
  const me = await parts.facts.me();
  const because = (await parts.facts.features()).tagAccess ? await refusalOf(parts, tag.name) : null;
  const words = because ?? (await policyOf(parts, { tag: tag.id, user_id: me.id, operation: 'tag' }));
  if (words === null) return;
  throw new AppError({
    code: 'side-tag-refused',
    kind: 'forbidden',
    message: `${me.name} may not tag into ${tag.name}, which is ${ownerOf(tag) ?? 'somebody'}'s: ${words}`,
    remedy: `ask the hub's administrators for the policy \`tag\`, or make one as ${me.name}: koji add-sidetag`,
  });
}

async function policyOf({ hub }: KojiParts, data: Record<string, string | number>): Promise<string | null> {
  if (!(await hub.listMethods()).includes('evalPolicy')) return null;
  try {
    const outcome = await hub.write.call('evalPolicy', ['tag', data]);
    const answer = outcome.kind === 'answered' ? z.string().parse(outcome.value) : 'allow';
    return answer.startsWith('deny') ? answer : null;
  } catch {
    // Rules that look at the build cannot be asked without one: then it shows at the first tagging.
    return null;
  }
}

async function adopt(parts: KojiParts, tag: string, release: string, cascade: string) {
  await check(parts, tag, release, cascade);
  const there = await parts.hub.listTagged(tag);
  const opened = await readPlace(parts, release, cascade);
  const before = opened?.place.id;
  const side = before !== undefined && before !== tag && opened!.target === before;
  // What was validated in the old place is in the new one before anything is built there.
  const validated = side ? await parts.hub.listTagged(before, { latest: true }) : [];
  for (const { build_id: id } of validated) await putInto(parts, id, tag);
  const place = { id: tag, release, cascade };
  const fresh: OpenedPlace = { place, target: tag, closed: null, beside: [], images: [], adopted: true };
  if (!opened) await writePlace(parts, fresh);
  else
    await changePlace(parts, place, ({ dist: _, ...one }) => {
      const former = side ? [...new Set([...(one.former ?? []), before])] : (one.former ?? []);
      return { ...one, place, target: tag, adopted: true, former };
    });
  return { place, builds: await lookNow(parts, [...new Set(there.map(refOfBuild))]) };
}

async function remove(
  parts: KojiParts,
  tag: string,
  release: string,
  { unlanded = false }: { readonly unlanded?: boolean },
): Promise<void> {
  const found = await parts.hub.getTag(tag);
  const known = await knownTags(parts);
  const used = known.get(tag);
  if (used && used.use !== 'former' && used.opened.closed === null) throw inUse(tag, used.opened);
  if (!used && (await isClaimedSince(parts, tag, freshMs))) throw fresh(tag);
  if (found) {
    const me = await parts.facts.me();
    if (ownerOf(await sideTagNamed(parts, tag)) !== me.name) throw foreign(tag, ownerOf(found), me.name);
    const landed = await baseTagOf(parts, release);
    const left = unlanded ? [] : await unlandedOf({ parts, landed, known }, tag, await parts.hub.listTagged(tag));
    if (left.length > 0) throw notLanded(tag, left);
    await removeSideTag(parts, tag);
  }
  if (!used) return;
  await changePlace(parts, used.opened.place, (one) => ({
    ...one,
    beside: one.beside.filter((name) => name !== tag),
    former: (one.former ?? []).filter((name) => name !== tag),
  }));
}

/** The side tag of a cascade that was given up, where the release does not keep it to be looked at. */
export async function tidyCancelled(parts: KojiParts, { release, cascade }: Place): Promise<void> {
  const opened = cascade === null ? null : await readPlace(parts, release, cascade);
  const { isolation, sideTags } = await releaseOf(parts, release);
  if (opened?.closed !== 'cancelled' || isolation !== 'side-tag' || sideTags?.keep_on_failure !== false) return;
  const { id } = opened.place;
  if (opened.adopted || opened.target !== id) return;
  try {
    await inTurnOfSideTags(parts, () => remove(parts, id, release, { unlanded: true }));
  } catch (thrown) {
    // The cascade has ended all the same; `millrace sidetag list` shows what is left.
    if (!(thrown instanceof AppError) || thrown.kind === 'unavailable') throw thrown;
  }
}

async function pin(parts: KojiParts, release: string, cascade: string, ref: string): Promise<void> {
  const opened = await readPlace(parts, release, cascade);
  if (!opened || opened.closed !== null || opened.target !== opened.place.id) return;
  const build = await buildOfRef(parts, ref);
  if (!build) throw noBuild(ref);
  const own = await parts.hub.listTagged(opened.place.id, { package: build.name });
  // What the cascade itself has of it is what counts there.
  if (own.some((one) => one.build_id !== build.build_id)) return;
  // Said before it is there: a build that lands by mistake is worse than one that is kept out for nothing.
  await changePlace(parts, opened.place, (one) => {
    return { ...one, pinned: [...new Set([...(one.pinned ?? []), Number(build.build_id)])] };
  });
  await putInto(parts, buildId.parse(build.build_id), opened.place.id);
}

/** From its making until a cascade has opened it. */
const freshMs = 600_000;

async function sideTagNamed({ hub }: KojiParts, tag: string): Promise<Tag> {
  const found = await hub.getTag(tag);
  const fault = (code: string, message: string, kind: 'missing' | 'invalid') =>
    new AppError({ code, kind, message, remedy: 'see `millrace sidetag list --all`' });
  if (!found) throw fault('side-tag-unknown', `the hub has no tag ${tag}`, 'missing');
  if (!found.extra?.['sidetag']) throw fault('side-tag-none', `${tag} is no side tag`, 'invalid');
  return found;
}

function ownerOf({ extra }: Tag): string | null {
  const owner = extra?.['sidetag_user'];
  return typeof owner === 'string' ? owner : null;
}
