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
  /** Node -> its number within its group, where a group orders its members. */
  readonly local: Int32Array;
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
      local: new Int32Array(region.graph.count),
    };
    const { offsets, nodes, count } = region.groups;
    const knots: KnotPlan[] = [];
    for (let group = 0; group < count; group++) {
      const [from, to] = [offsets[group]!, offsets[group + 1]!];
      if (to - from === 1) alone(drafts, nodes[from]!);
      else knots.push(...together(drafts, nodes.subarray(from, to)));
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

/** A block or a component that needs none of what needs it: most are. */
function alone(drafts: Drafts, node: number): void {
  const { region, placed, before } = drafts;
  if (node < region.members) {
    const group = hasFlag(drafts.network, region.global[node]!, 'recipe');
    if (group) new GroupOrder(drafts, Int32Array.of(node), Int32Array.of(node)).place();
    else placeOne(drafts, node, []);
    return;
  }
  const found = outsideOf(drafts, node, -1);
  before[node] = found.length === 0 ? nothing : placed.fewest(found);
}

function together(drafts: Drafts, nodes: Int32Array): readonly KnotPlan[] {
  const { network, region, before } = drafts;
  const members = nodes.filter((node) => node < region.members);
  const isKnot = members.length > 1 || hasFlag(network, region.global[members[0]!]!, 'recipe');
  if (isKnot) return new GroupOrder(drafts, nodes, members).place();
  // A component whose own packages are in its chroot: that is its previous build.
  const group = region.groups.of[members[0]!]!;
  const found: number[] = [];
  for (const node of nodes) if (node >= region.members) found.push(...outsideOf(drafts, node, group));
  const step = placeOne(drafts, members[0]!, found);
  for (const node of nodes) if (node >= region.members) before[node] = [step];
  return [];
}

/** Places a component above steps that were found already, and those of its chroot outside of its group. */
function placeOne(drafts: Drafts, member: number, found: number[]): number {
  const { network, region, placed, steps, last, before } = drafts;
  const component = region.global[member]!;
  const group = region.groups.of[member]!;
  const toBlock = (block: number): void => {
    const node = region.nodeOfBlock(block);
    if (region.groups.of[node] !== group) for (const step of before[node]!) found.push(step);
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
  return step;
}

/** Steps that stand before a block, of those outside of its group. */
export function outsideOf(drafts: Drafts, node: number, group: number): number[] {
  const { network, region, last, before } = drafts;
  const { of } = region.groups;
  const block = region.global[node]!;
  const found: number[] = [];
  const { below, owners } = network;
  for (let n = below.offsets[block]!; n < below.offsets[block + 1]!; n++) {
    const target = region.nodeOfBlock(below.targets[n]!);
    if (of[target] !== group) for (const step of before[target]!) found.push(step);
  }
  for (let n = owners.offsets[block]!; n < owners.offsets[block + 1]!; n++) {
    const target = region.nodeOfComponent(owners.targets[n]!);
    if (target !== -1 && of[target] !== group) found.push(last[target]!);
  }
  return found;
}
