import { Placed } from './frontier';
import { hasFlag, type Network } from './network';
import { GroupOrder } from './order-group';
import { withRegion, type Needs, type Region } from './region';
import { each } from './rows';
import type { KnotPlan } from '../knots';

/** One pass of one component. `needs` are indexes into the list that it is in. */
export interface Step {
  readonly component: number;
  readonly pass: number;
  readonly bootstrap: boolean;
  readonly tier: number;
  readonly needs: Int32Array;
  readonly knot: KnotPlan | null;
}

export interface OrderedSet {
  /** A step stands behind all that it needs. */
  readonly steps: readonly Step[];
  readonly knots: readonly KnotPlan[];
  readonly tiers: number;
}

/** What the order of a group of the region hands to the groups above it. */
export interface Drafts {
  readonly network: Network;
  readonly region: Region;
  readonly needs: Needs;
  readonly placed: Placed;
  readonly steps: { component: number; pass: number; bootstrap: boolean; knot: KnotPlan | null }[];
  /** Node of a member -> its last step. */
  readonly last: Int32Array;
  /** Node of a block -> the fewest steps that must be done before it can be installed. */
  readonly before: (readonly number[])[];
}

const nothing: readonly number[] = [];

/**
 * Orders a set of components. One walk over the region gives groups of what needs one another, lowest first; a group of
 * one component is a step, and a larger one is opened (`order-group.ts`). Blocks carry upwards the fewest steps that
 * they stand for, so that no build chroot is ever written out.
 */
export function orderSet(network: Network, set: Iterable<number>, needs: Needs = 'install'): OrderedSet {
  return withRegion(network, set, needs, (region) => {
    const drafts: Drafts = {
      ...{ network, region, needs, placed: new Placed(), steps: [] },
      ...{ last: new Int32Array(region.members).fill(-1), before: [] },
    };
    const { groups } = region;
    const knots: KnotPlan[] = [];
    for (let group = 0; group < groups.count; group++) {
      const nodes = groups.nodes.subarray(groups.offsets[group], groups.offsets[group + 1]);
      const members = nodes.filter((node) => node < region.members);
      if (members.length === 0) drafts.before[nodes[0]!] = blockAlone(drafts, nodes[0]!);
      else if (members.length === 1 && !hasFlag(network, region.global[members[0]!]!, 'recipe'))
        one(drafts, nodes, members[0]!);
      else knots.push(...new GroupOrder(drafts, nodes, members).place());
    }
    const { placed, steps } = drafts;
    const tiers = placed.tier.view().reduce((most, tier) => Math.max(most, tier + 1), 0);
    return {
      steps: steps.map((step, n) => ({ ...step, tier: placed.tier.at(n), needs: placed.needsOf(n) })),
      knots,
      tiers,
    };
  });
}

/** A block that needs none of what needs it. */
function blockAlone(drafts: Drafts, node: number): readonly number[] {
  const found = outsideOf(drafts, node, () => false);
  return found.length === 0 ? nothing : drafts.placed.fewest(found);
}

/** A component whose own packages may be in its chroot: that is its previous build. */
function one(drafts: Drafts, nodes: Int32Array, member: number): void {
  const { network, region, placed, steps, last, before } = drafts;
  const inside = new Set(nodes);
  const found: number[] = [];
  for (const node of nodes) if (node >= region.members) found.push(...outsideOf(drafts, node, (n) => inside.has(n)));
  const component = region.global[member]!;
  const toBlock = (block: number): void => {
    const node = region.nodeOfBlock(block);
    if (!inside.has(node)) found.push(...before[node]!);
  };
  each(network.buildBlocks, component, toBlock);
  if (drafts.needs === 'install') each(network.ownBlocks, component, toBlock);
  each(network.parts, component, (part) => {
    const node = region.nodeOfComponent(part);
    if (node !== -1 && node !== member) found.push(last[node]!);
  });
  const step = placed.place(found);
  steps.push({ component, pass: 1, bootstrap: false, knot: null });
  last[member] = step;
  for (const node of nodes) if (node >= region.members) before[node] = [step];
}

/** Steps that stand before a block, of those outside of its group. */
export function outsideOf(drafts: Drafts, node: number, isInside: (node: number) => boolean): number[] {
  const { network, region, last, before } = drafts;
  const block = region.global[node]!;
  const found: number[] = [];
  each(network.below, block, (lower) => {
    const target = region.nodeOfBlock(lower);
    if (!isInside(target)) for (const step of before[target]!) found.push(step);
  });
  each(network.owners, block, (owner) => {
    const target = region.nodeOfComponent(owner);
    if (target !== -1 && !isInside(target)) found.push(last[target]!);
  });
  return found;
}
