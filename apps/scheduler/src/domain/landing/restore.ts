import type { BuildRow, ValidatedRow } from '../state';
import type { Turn } from '../turn';
import type { LandingInput } from './landing-input';

/** Newest builds of the release that one decision looks through. */
export const restoreSlice = 200;

/**
 * A landing was taken back: what it had replaced is the newest of the release again. The slice holds the next newest
 * builds in the order of their ids, and for those of this cascade the builds of their components. A component that the
 * release did not have before keeps its row: nothing of it is there, and nothing else could stand for it.
 */
export function restoreValidated(turn: Turn, input: Extract<LandingInput, { type: 'landing.restore' }>): void {
  const rows = turn.all('validated').sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const row of rows.filter((one) => one.cascade === input.cascade)) {
    const former = formerOf(row, turn.all('builds'));
    if (former) turn.put('validated', { ...row, ...former });
  }
  const last = rows.at(-1);
  if (last && rows.length >= restoreSlice) turn.self({ ...input, after: last.id });
}

function formerOf(row: ValidatedRow, builds: readonly BuildRow[]): Partial<ValidatedRow> | null {
  const others = builds.filter((one) => one.component === row.component && one.cascade !== row.cascade && isUsed(one));
  const newest = others.sort((a, b) => ((a.endedAt ?? '') < (b.endedAt ?? '') ? 1 : -1))[0];
  if (!newest?.nvr || !newest.contents || newest.cascade === null) return null;
  const { id: build, nvr, contents, cascade, source, endedAt: at } = newest;
  return { build, nvr, contents, cascade, source, at, generation: 1 };
}

function isUsed({ state, standing, bootstrap }: BuildRow): boolean {
  return state === 'complete' && standing !== 'seen' && !bootstrap;
}
