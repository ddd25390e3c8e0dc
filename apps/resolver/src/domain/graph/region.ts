import { condense, type Condensed } from './condense';
import type { Network } from './network';
import { each, Ints, type Rows } from './rows';

/**
 * The part of a network that an order of some components depends on: the components themselves, and every block that
 * can be in their build chroots or is installed with their packages. Nodes are numbered from 0: components first, then
 * blocks. The cost is that of this part, not of the network.
 */
export interface Region {
  /** Node -> component, for those below `members`; node -> block for the others. */
  readonly global: Int32Array;
  readonly members: number;
  readonly graph: Rows;
  readonly groups: Condensed;
  /** The node of a component of the set; -1 for any other. */
  nodeOfComponent(component: number): number;
  nodeOfBlock(block: number): number;
}

/**
 * `build`: what is in the build chroots; `install`: besides, what is installed with the packages of the set itself;
 * recipes count for both, `chroot` leaves them out.
 */
export type Needs = 'chroot' | 'build' | 'install';

/** Room to number components and blocks in, shared by the questions to one network. */
const scratch = new WeakMap<Network, Int32Array>();

/** Calls `use` with the region of these components; it must not be kept. */
export function withRegion<Value>(
  network: Network,
  set: Iterable<number>,
  needs: Needs,
  use: (region: Region) => Value,
): Value {
  const local = scratch.get(network) ?? new Int32Array(network.count + network.blocks);
  scratch.set(network, local);
  const global = new Ints(256);
  const enter = (key: number): void => {
    if (local[key] !== 0) return;
    global.push(key);
    local[key] = global.length;
  };
  // Whoever asks with the same set gets the same answer, whatever the order of its members.
  for (const component of Int32Array.from(set).sort()) enter(component);
  const members = global.length;
  const graph = explore(network, needs, { local, global, members, enter });
  const numbered = global.copy();
  const region: Region = {
    ...{ global: numbered.map((key, n) => (n < members ? key : key - network.count)), members },
    graph,
    groups: condense(graph),
    nodeOfComponent: (component) => local[component]! - 1,
    nodeOfBlock: (block) => local[network.count + block]! - 1,
  };
  try {
    return use(region);
  } finally {
    for (const key of numbered) local[key] = 0;
  }
}

interface Numbering {
  readonly local: Int32Array;
  readonly global: Ints;
  readonly members: number;
  enter(key: number): void;
}

/** Walks outwards from the members. */
function explore(network: Network, needs: Needs, { local, global, members, enter }: Numbering): Rows {
  const { count, buildBlocks, recipeBlocks, ownBlocks, parts, below, owners } = network;
  const wanted = { chroot: [buildBlocks], build: [buildBlocks, recipeBlocks] };
  const ways = needs === 'install' ? [...wanted.build, ownBlocks] : wanted[needs];
  const offsets = new Ints();
  const targets = new Ints();
  const toBlock = (block: number): void => {
    enter(count + block);
    targets.push(local[count + block]! - 1);
  };
  const toMember = (component: number): void => {
    if (local[component] !== 0) targets.push(local[component]! - 1);
  };
  for (let node = 0; node < global.length; node++) {
    offsets.push(targets.length);
    const key = global.at(node);
    if (node < members) {
      for (const rows of ways) each(rows, key, toBlock);
      each(parts, key, toMember);
    } else {
      each(below, key - count, toBlock);
      each(owners, key - count, toMember);
    }
  }
  offsets.push(targets.length);
  return { count: global.length, offsets: offsets.copy(), targets: targets.copy() };
}
