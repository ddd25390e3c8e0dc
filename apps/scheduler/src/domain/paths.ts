import type { PlannedRebuild } from './input';
import { keyOf } from './plan-rows';

type Ordered = Pick<PlannedRebuild, 'component' | 'pass' | 'tier' | 'needs'>;
type Placed = Pick<PlannedRebuild, 'dependants' | 'expected' | 'path'>;

/**
 * What follows from the order of a plan: who needs a rebuild directly, how long it is expected to take, and how long the
 * longest way is from its start to the end of all. Times in milliseconds; gates and repositories take none. Linear in
 * rebuilds and needs; lower tiers come first in what it gives.
 */
export function placed<One extends Ordered>(
  rebuilds: readonly One[],
  expectedOf: (component: string) => number,
): (One & Placed)[] {
  const upwards = [...rebuilds].sort((a, b) => a.tier - b.tier);
  const dependants = new Map<string, { component: string; pass: number }[]>(upwards.map((one) => [keyOf(one), []]));
  for (const one of upwards) {
    for (const need of one.needs) dependants.get(keyOf(need))?.push({ component: one.component, pass: one.pass });
  }
  const paths = new Map<string, number>();
  for (let n = upwards.length - 1; n >= 0; n--) {
    const one = upwards[n]!;
    const key = keyOf(one);
    let longest = 0;
    for (const above of dependants.get(key)!) longest = Math.max(longest, paths.get(keyOf(above)) ?? 0);
    paths.set(key, longest + expectedOf(one.component));
  }
  return upwards.map((one) => {
    const key = keyOf(one);
    return { ...one, dependants: dependants.get(key)!, expected: expectedOf(one.component), path: paths.get(key)! };
  });
}
