import type { ImpactRebuild } from '@millrace/contracts';
import { inWords } from '../order';
import type { Network } from './network';
import { orderSet, type OrderedSet } from './order-set';

export interface Cut {
  readonly component: string;
  readonly without: string;
  readonly because: string;
}

/** A build order of everything from nothing. */
export interface FromZero {
  readonly steps: readonly ImpactRebuild[];
  readonly tiers: number;
  readonly cut: readonly Cut[];
  /** Who is built twice. */
  readonly twice: readonly string[];
}

/** The same with each item as JSON: it goes from a thread to another, and into an answer, without being made again. */
export interface FromZeroText {
  readonly tiers: number;
  readonly steps: readonly string[];
  readonly cut: readonly string[];
  readonly twice: readonly string[];
}

export function orderInText({ steps, tiers, cut, twice }: FromZero): FromZeroText {
  return {
    tiers,
    steps: steps.map((one) => JSON.stringify({ ...one, needs: one.needs.map((need) => need.component) })),
    cut: cut.map((one) => JSON.stringify(one)),
    twice: twice.map((one) => JSON.stringify(one)),
  };
}

/**
 * From zero there is no old build that a cut need could be met by: who has one is built without it first, and once more
 * when it is there. What is above uses the first of the two builds, so that nothing waits for the second.
 */
export function fromZero(network: Network, set: Int32Array): FromZero {
  const ordered = orderSet(network, set, 'build');
  const { rebuilds, tiers } = inWords(network, ordered);
  const lacking = lackingIn(ordered);
  const seconds = secondBuilds(network, ordered, lacking, rebuilds);
  const id = (n: number): string => network.components.get(n);
  const size = new Map(ordered.knots.flatMap((knot) => knot.members.map((member) => [member, knot.members.length])));
  const first = ordered.knots.flatMap((knot) => [...knot.bootstrapped]);
  return {
    steps: [...rebuilds, ...seconds].sort(
      (a, b) => a.tier - b.tier || order(a.component, b.component) || a.pass - b.pass,
    ),
    tiers: seconds.reduce((most, one) => Math.max(most, one.tier + 1), tiers),
    cut: [...lacking].flatMap(([from, tos]) =>
      tos.map((to) => ({
        ...{ component: id(from), without: id(to) },
        because: `they need each other, in a knot of ${size.get(from)}: ${id(from)} is first built without ${id(to)}`,
      })),
    ),
    twice: [...new Set([...first, ...lacking.keys()])].map(id).sort(order),
  };
}

/** Component -> what its first build is without. */
function lackingIn({ knots }: OrderedSet): ReadonlyMap<number, readonly number[]> {
  const lacking = new Map<number, number[]>();
  for (const { cut } of knots) {
    for (const [from, to] of cut) {
      const known = lacking.get(from);
      if (known) known.push(to);
      else lacking.set(from, [to]);
    }
  }
  return lacking;
}

function secondBuilds(
  network: Network,
  { knots }: OrderedSet,
  lacking: ReadonlyMap<number, readonly number[]>,
  rebuilds: readonly ImpactRebuild[],
): readonly ImpactRebuild[] {
  const twice = new Set(knots.flatMap((knot) => [...knot.bootstrapped]));
  const last = new Map<string, ImpactRebuild>();
  for (const one of rebuilds) if ((last.get(one.component)?.pass ?? 0) < one.pass) last.set(one.component, one);
  return [...lacking].flatMap(([from, tos]) => {
    // A second pass after a recipe has everything already.
    if (twice.has(from)) return [];
    const component = network.components.get(from);
    const needs = [component, ...tos.map((to) => network.components.get(to))].map((id) => last.get(id)!);
    return [
      {
        ...{ component, pass: 2, bootstrap: false },
        tier: Math.max(...needs.map((need) => need.tier)) + 1,
        needs: needs.map((need) => ({ component: need.component, pass: need.pass })),
        because: `once more, with the ${tos.length} that its first build was without`,
      },
    ];
  });
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
