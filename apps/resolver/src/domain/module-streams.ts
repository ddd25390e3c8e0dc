import { globMatches } from '@millrace/kernel';
import type { Reach } from './policy';

export interface LeftOut {
  readonly id: string;
  readonly because: string;
}

/**
 * Module streams that a release does not rebuild: those that it does not support, those whose life has ended, and what
 * is over its limit of streams for one module, by name.
 * @param ids  of components; only modules are looked at
 * @param day  today, as `2026-11-23`
 */
export function streamsLeftOut(reach: Reach | null, ids: Iterable<string>, day: string): readonly LeftOut[] {
  const policy = reach?.module_streams;
  if (!policy) return [];
  const left: LeftOut[] = [];
  const kept = new Map<string, string[]>();
  for (const id of ids) {
    if (!id.startsWith('module/')) continue;
    const [, name, stream] = /^module\/([^:]+):(.+)$/.exec(id) ?? [];
    if (name === undefined) continue;
    const because = refusalOf(policy, `${name}:${stream}`, day);
    if (because !== null) left.push({ id, because });
    else kept.set(name, [...(kept.get(name) ?? []), id]);
  }
  const { most } = policy;
  for (const streams of most === undefined ? [] : kept.values()) {
    for (const id of streams.sort(byNumbers).slice(0, Math.max(0, streams.length - most!))) {
      left.push({ id, because: `the release rebuilds at most ${most} of the ${streams.length} streams of a module` });
    }
  }
  return left.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function refusalOf(policy: NonNullable<Reach['module_streams']>, stream: string, day: string): string | null {
  const { supported, ends } = policy;
  if (supported && !supported.some((pattern) => globMatches(pattern, stream))) {
    return 'the release does not support this stream';
  }
  const end = ends?.find(({ match, on }) => on <= day && globMatches(match, stream));
  return end ? `the life of this stream ended on ${end.on}` : null;
}

/** `5.10` is later than `5.9`. */
function byNumbers(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
