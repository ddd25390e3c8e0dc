import type { Network } from './network';
import { withRegion, type Region } from './region';

export interface Leveled {
  /** The tier of each component of the set; members of a knot share one. */
  readonly tierOf: ReadonlyMap<number, number>;
  readonly tiers: number;
  /** Components that need one another to be built, by group. */
  readonly knots: readonly (readonly number[])[];
}

/**
 * Tiers of a set with its knots collapsed: the longest chain of build chroots below each component. Linear in the part
 * of the network that the chroots reach; nobody's needs are written out.
 */
export function levelsOf(network: Network, set: Iterable<number>): Leveled {
  return withRegion(network, set, 'chroot', (region) => {
    const tier = tiersIn(region);
    const tierOf = new Map<number, number>();
    let tiers = 0;
    for (let node = 0; node < region.members; node++) {
      tierOf.set(region.global[node]!, tier[node]!);
      tiers = Math.max(tiers, tier[node]! + 1);
    }
    return { tierOf, tiers, knots: knotsIn(region) };
  });
}

/** By node: a member's tier, and for a block the lowest tier that is above all that it holds. */
function tiersIn({ groups, members, graph }: Region): Int32Array {
  const tier = new Int32Array(graph.count);
  for (let group = 0; group < groups.count; group++) {
    const nodes = groups.nodes.subarray(groups.offsets[group], groups.offsets[group + 1]);
    let least = 0;
    let holdsMember = false;
    const rest = (target: number): void => {
      if (groups.of[target] !== group) least = Math.max(least, tier[target]! + (target < members ? 1 : 0));
    };
    for (const node of nodes) {
      holdsMember ||= node < members;
      for (let n = graph.offsets[node]!; n < graph.offsets[node + 1]!; n++) rest(graph.targets[n]!);
    }
    for (const node of nodes) tier[node] = node >= members && holdsMember ? least + 1 : least;
  }
  return tier;
}

function knotsIn({ groups, members, global }: Region): readonly (readonly number[])[] {
  const found: number[][] = [];
  for (let group = 0; group < groups.count; group++) {
    const [from, to] = [groups.offsets[group]!, groups.offsets[group + 1]!];
    if (to - from < 2) continue;
    const inside = Array.from(groups.nodes.subarray(from, to)).filter((node) => node < members);
    if (inside.length > 1) found.push(inside.map((node) => global[node]!).sort((a, b) => a - b));
  }
  return found.sort((a, b) => b.length - a.length || a[0]! - b[0]!);
}
