import { condense } from './condense';
import { kindBits, type Network } from './network';
import { each, rowsOf } from './rows';

/**
 * Tiers of a set as release teams count them: the longest chain of direct build dependencies within it, knots collapsed.
 * Too few to build by: what is in a chroot by way of others, or of somebody outside of the set, does not count.
 */
export function directTiers(network: Network, set: Iterable<number>): number {
  const members = [...new Set(set)];
  const graph = directBuilds(network, members);
  const { of, count, offsets, nodes } = condense(graph);
  const tiers = new Int32Array(count);
  let most = 0;
  for (let group = 0; group < count; group++) {
    for (let n = offsets[group]!; n < offsets[group + 1]!; n++) {
      each(graph, nodes[n]!, (to) => {
        const below = of[to]!;
        if (below !== group) tiers[group] = Math.max(tiers[group]!, tiers[below]! + 1);
      });
    }
    most = Math.max(most, tiers[group]! + 1);
  }
  return most;
}

/** Direct build dependencies among some components, by their places in the list. */
function directBuilds({ out, outKinds }: Network, members: readonly number[]) {
  const placeOf = new Map(members.map((component, place) => [component, place]));
  const [from, to]: [number[], number[]] = [[], []];
  members.forEach((component, place) => {
    for (let edge = out.offsets[component]!; edge < out.offsets[component + 1]!; edge++) {
      const target = placeOf.get(out.targets[edge]!);
      if (target === undefined || (outKinds[edge]! & kindBits.build) === 0) continue;
      from.push(place);
      to.push(target);
    }
  });
  return rowsOf(members.length, Int32Array.from(from), Int32Array.from(to));
}
