import { unstall } from './advance';
import { extend } from './compare';
import type { CascadeRow, ChangedComponent, RebuildRow, ReleaseRow } from './state';
import { settledStates } from './transitions';
import { termsOf } from './terms';
import type { Turn } from './turn';

/**
 * A component of the running cascade changed once more after its rebuild began. It is folded in: built again as its
 * next generation, and with it what was built on it; what has not started stays one build. Bounded by the release's
 * policy, since a component that changes all the time would keep its cascade from ending.
 * Gives why not, or null when it is folded.
 */
export function fold(
  turn: Turn,
  release: ReleaseRow,
  cascade: CascadeRow,
  member: RebuildRow,
  { one, why }: { readonly one: ChangedComponent; readonly why: string },
): string | null {
  const { generations, until } = termsOf(turn, cascade).folding;
  if (cascade.closing || cascade.state === 'awaiting-approval') return 'the cascade is about to end or to begin';
  if (member.generation >= generations) {
    return `${member.component} is in its generation ${member.generation} of at most ${generations}`;
  }
  if (doneShare(cascade) > until) return `more than ${Math.round(until * 100)} % of the cascade are done`;
  const { source } = one;
  extend(turn, cascade.id, [{ component: member.component, because: why, again: true, source }]);
  unstall(turn, cascade.id, why);
  return null;
}

/** A component that the cascade does not rebuild joins it. */
export function join(turn: Turn, cascade: CascadeRow, one: ChangedComponent, why: string): void {
  extend(turn, cascade.id, [{ component: one.component, because: why, source: one.source }]);
  unstall(turn, cascade.id, why);
}

/** Done: of all rebuilds, those that are settled. */
export function doneShare(cascade: CascadeRow): number {
  const counts = Object.entries(cascade.counts);
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  const done = counts.reduce(
    (sum, [state, count]) => sum + ((settledStates as string[]).includes(state) ? count : 0),
    0,
  );
  return all === 0 ? 0 : done / all;
}
