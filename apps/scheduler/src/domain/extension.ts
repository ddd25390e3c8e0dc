import type { PlannedRebuild } from './input';
import { keyOf } from './plan-rows';
import type { RebuildRow } from './state';
import { componentOfId } from './words';

/**
 * Of a longer plan, what differs from the rows that are there: new rebuilds, those whose needs changed, those that are
 * built once more and everything above these. The rest of the cascade is not touched.
 */
export function reordered(plan: readonly PlannedRebuild[], rows: readonly RebuildRow[]): PlannedRebuild[] {
  const newest = new Map<string, RebuildRow>();
  for (const row of rows) {
    const known = newest.get(keyOf(row));
    if (!known || known.generation < row.generation) newest.set(keyOf(row), row);
  }
  const again = new Set<string>();
  // Lower tiers come first: what is built once more below is known.
  return plan.filter((one) => {
    const key = keyOf(one);
    const repeats = one.again || one.needs.some((need) => again.has(keyOf(need)));
    if (repeats) again.add(key);
    const row = newest.get(key);
    return repeats || !row || one.tier !== row.tier || !sameNeeds(one, row);
  });
}

function sameNeeds(one: PlannedRebuild, row: RebuildRow): boolean {
  const wanted = one.needs.map((need) => `${need.component} ${need.pass}`).sort();
  const there = row.needs.map((id) => `${componentOfId(id)} ${id.slice(id.lastIndexOf('.') + 1)}`).sort();
  return wanted.length === there.length && wanted.every((need, n) => need === there[n]);
}
