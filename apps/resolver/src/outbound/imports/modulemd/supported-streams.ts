import { globMatches } from '@millrace/kernel';
import type { ModuleObsoletes } from '@millrace/package-metadata';
import type { StreamPolicyInput } from './schema';

/** Why a stream is not followed; null for one that is. */
export type WhyNot = (module: string, stream: string) => string | null;

/**
 * The streams that count: those that the policy supports, and of them the ones that have not come to their end. Of
 * several words about one stream the newest holds; one with a context is about that context only and says nothing here.
 * @param at  the day of the import, `2026-12-31T23:59Z`
 */
export function whyNotSupported(
  { streams }: Pick<StreamPolicyInput, 'streams'>,
  obsoletes: readonly ModuleObsoletes[],
  at: string,
): WhyNot {
  const ended = endedStreams(obsoletes, at);
  return (module, stream) => {
    const name = `${module}:${stream}`;
    if (streams.length > 0 && !streams.some((one) => globMatches(one, name))) return 'the release does not support it';
    return ended.get(name) ?? null;
  };
}

function endedStreams(obsoletes: readonly ModuleObsoletes[], at: string): ReadonlyMap<string, string> {
  const newest = new Map<string, ModuleObsoletes>();
  for (const one of obsoletes) {
    if (one.context !== null) continue;
    const key = `${one.module}:${one.stream}`;
    const known = newest.get(key);
    if (!known || known.modified <= one.modified) newest.set(key, one);
  }
  const found = new Map<string, string>();
  for (const [key, { reset, endOfLife, message, obsoletedBy }] of newest) {
    if (reset || (endOfLife !== null && endOfLife > at)) continue;
    const next = obsoletedBy ? `, use ${obsoletedBy.module}:${obsoletedBy.stream}` : '';
    found.set(key, `end of life${endOfLife === null ? '' : ` since ${endOfLife}`}${next}: ${message.slice(0, 200)}`);
  }
  return found;
}
