import type { ImpactRebuild } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import { networkOfWorld } from './graph/from-world';
import type { Network } from './graph/network';
import { orderSet, type OrderedSet, type Step } from './graph/order-set';
import type { KnotPlan } from './knots';
import type { World } from './world';

export interface Ordered {
  readonly rebuilds: readonly ImpactRebuild[];
  readonly knots: readonly (readonly ComponentId[])[];
  readonly tiers: number;
}

/**
 * Puts components into an order in which each can be built. Promises, each with a test in `order.spec.ts`:
 * - every component of the set that is in another's build chroot, directly or through components outside of the set, is
 *   below it, unless the two are in one knot;
 * - needs are the fewest that say so (transitive reduction), and tiers the longest chains of needs;
 * - what a component needs to be installed is below it too wherever that closes no cycle, so that its gate can pass;
 * - a knot is opened by bootstrap recipes, else at a near-minimal set of needs, and never refuses to be built.
 */
export function orderOf(world: World, set: Iterable<number>): Ordered {
  const network = networkOfWorld(world);
  return inWords(network, orderSet(network, set));
}

/** The order with ids in the place of numbers, lowest tier first. */
export function inWords(network: Network, { steps, knots, tiers }: OrderedSet): Ordered {
  const idOf = (component: number): ComponentId => network.components.get(component);
  const rebuilds = steps.map((step) => ({
    component: idOf(step.component),
    ...{ pass: step.pass, tier: step.tier, bootstrap: step.bootstrap },
    needs: Array.from(step.needs, (n) => ({ component: idOf(steps[n]!.component), pass: steps[n]!.pass })).sort(byName),
    because: becauseOf(network, step),
  }));
  rebuilds.sort((a, b) => a.tier - b.tier || byName(a, b));
  return { rebuilds, knots: knots.map((plan) => plan.members.map(idOf).sort()), tiers };
}

/** Why a step is as it is, in one sentence. */
export function becauseOf(network: Network, { component, pass, bootstrap, knot }: Step): string {
  if (!knot) return 'it is in the set to rebuild';
  const words = `the knot of ${some(network, knot.members)}`;
  if (bootstrap) return `${words}: first pass, by its bootstrap recipe`.slice(0, 500);
  if (pass === 2) return `${words}: second pass, whole, after the others`.slice(0, 500);
  const against = cutsOf(knot).get(component) ?? [];
  if (against.length === 0) return `${words}: built once`.slice(0, 500);
  const old = `built once, against the old build of ${some(network, against)}`;
  return `${words} has no bootstrap recipe that opens it: ${old}`.slice(0, 500);
}

const lists = new WeakMap<readonly number[], string>();

/** The first few names; the same list is written once. */
function some(network: Network, components: readonly number[]): string {
  const known = lists.get(components);
  if (known !== undefined) return known;
  const names = components.slice(0, mostNamed).map((m) => network.components.get(m));
  const rest = components.length > mostNamed ? ` and ${components.length - mostNamed} more` : '';
  lists.set(components, `${names.join(', ')}${rest}`);
  return lists.get(components)!;
}

const mostNamed = 5;

const cuts = new WeakMap<KnotPlan, ReadonlyMap<number, readonly number[]>>();

/** Component -> those whose old builds it is built against. */
function cutsOf(knot: KnotPlan): ReadonlyMap<number, readonly number[]> {
  const known = cuts.get(knot);
  if (known) return known;
  const found = new Map<number, number[]>();
  for (const [from, to] of knot.cut) {
    const tos = found.get(from);
    if (tos) tos.push(to);
    else found.set(from, [to]);
  }
  cuts.set(knot, found);
  return found;
}

function byName(a: { component: string; pass: number }, b: { component: string; pass: number }): number {
  if (a.component !== b.component) return a.component < b.component ? -1 : 1;
  return a.pass - b.pass;
}
