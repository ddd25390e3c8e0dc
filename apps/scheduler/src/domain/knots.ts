import type { ImpactRebuild, ReleaseDefinition } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import { keyOf } from './plan-rows';

interface Order {
  readonly rebuilds: readonly ImpactRebuild[];
  readonly knots: readonly (readonly ComponentId[])[];
  readonly tiers: number;
}

/**
 * A plan's order by the release's strategy for knots. The resolver opens each knot: by bootstrap recipes, else at a
 * near-minimal set of needs. With `twice` every member is built a second time, against the first builds of all its
 * siblings, and what is above the knot waits for those: two passes, never more. `manual` changes no order; its members
 * are held, and the cascade names them.
 */
export function withKnots<O extends Order>(order: O, strategy: ReleaseDefinition['knots']): O {
  const knots = order.knots.filter((knot) => knot.length > 1);
  if (strategy !== 'twice' || knots.length === 0) return order;
  const knotOf = new Map(knots.flatMap((knot, n) => knot.map((member) => [member, n] as const)));
  const twice = new Set(order.rebuilds.filter((one) => one.pass > 1).map((one) => one.component));
  const fresh = (component: ComponentId): boolean => knotOf.has(component) && !twice.has(component);
  const above = order.rebuilds.map((one) => ({ ...one, needs: one.needs.map((need) => lastPass(one, need)) }));
  const second = knots.flatMap((knot) => secondPasses(knot, order.rebuilds, fresh));
  const rebuilds = tiered([...above, ...second]);
  // Something would wait for itself: the order as it came can be built at least.
  if (rebuilds.length < above.length + second.length) return order;
  return { ...order, rebuilds, tiers: 1 + rebuilds.reduce((most, one) => Math.max(most, one.tier), -1) };

  /** What is not in a need's knot waits for its second pass. */
  function lastPass(one: ImpactRebuild, need: ImpactRebuild['needs'][number]): ImpactRebuild['needs'][number] {
    const outside = knotOf.get(one.component) !== knotOf.get(need.component);
    return outside && fresh(need.component) ? { ...need, pass: 2 } : need;
  }
}

/** The second passes of a knot's members that have none, each above all first passes. */
function secondPasses(
  knot: readonly ComponentId[],
  rebuilds: readonly ImpactRebuild[],
  fresh: (component: ComponentId) => boolean,
): ImpactRebuild[] {
  const members = new Set(knot);
  const first = rebuilds.filter((one) => members.has(one.component) && one.pass === 1);
  const needed = new Set(first.flatMap((one) => one.needs.map(keyOf)));
  // Whatever no other member needs has all the others below it.
  const tops = first.filter((one) => !needed.has(keyOf(one))).map(({ component, pass }) => ({ component, pass }));
  const names = knot.slice(0, 5).join(', ');
  return first
    .filter((one) => fresh(one.component))
    .map(({ component }) => {
      const own = tops.some((top) => top.component === component) ? [] : [{ component, pass: 1 }];
      const because = `the knot of ${names}: second pass, against the new builds of its siblings`.slice(0, 500);
      return { component, pass: 2, tier: 0, bootstrap: false, needs: [...tops, ...own], because };
    });
}

/** Tiers by the longest chain of needs, lower ones first. */
function tiered(rebuilds: readonly ImpactRebuild[]): ImpactRebuild[] {
  const open = new Map<string, number>();
  const above = new Map<string, ImpactRebuild[]>(rebuilds.map((one) => [keyOf(one), []]));
  for (const one of rebuilds) {
    const needs = one.needs.filter((need) => above.has(keyOf(need)));
    open.set(keyOf(one), needs.length);
    for (const need of needs) above.get(keyOf(need))!.push(one);
  }
  const sorted: ImpactRebuild[] = [];
  let level = rebuilds.filter((one) => open.get(keyOf(one)) === 0);
  for (let tier = 0; level.length > 0; tier++) {
    for (const one of level) sorted.push({ ...one, tier });
    level = level.flatMap((one) => above.get(keyOf(one))!.filter((next) => countDown(open, keyOf(next)) === 0));
  }
  return sorted;
}

function countDown(open: Map<string, number>, key: string): number {
  const left = open.get(key)! - 1;
  open.set(key, left);
  return left;
}
