import type { Network } from './network';

export interface Leveled {
  /** The set, sorted. */
  readonly members: Int32Array;
  /** The tier of each of them; members of a knot share one. */
  readonly tier: Int32Array;
  readonly tiers: number;
  /** Components that need one another to be built, by group; the largest first. */
  readonly knots: readonly (readonly number[])[];
}

/**
 * Tiers of a set with its knots collapsed: the longest chain of build chroots below each component. Linear in the part
 * of the network that the chroots reach; nobody's needs are written out.
 */
export function levelsOf(network: Network, set: Iterable<number>): Leveled {
  const walk = walks.get(network) ?? new ChrootWalk(network);
  walks.set(network, walk);
  return walk.levels(set instanceof Int32Array ? set : Int32Array.from(set));
}

const walks = new WeakMap<Network, ChrootWalk>();

/**
 * Everything that can be in a chroot, as one graph for all questions: components first, then blocks. Strongly connected
 * groups (Tarjan 1972, iterative) of the part below a set; components outside of the set are not there. A tier is known
 * when its group is closed, since what is below was closed before. Marks of older walks are lower than the clock's
 * start, so that nothing has to be wiped.
 */
class ChrootWalk {
  private readonly offsets: Int32Array;
  private readonly targets: Int32Array;
  private readonly components: number;
  private readonly inSet: Uint8Array;
  private readonly index: Int32Array;
  /** The lowest mark that is reached; `closed` once the group is done. */
  private readonly low: Int32Array;
  private readonly cursor: Int32Array;
  /** While a node is open the lowest tier above all that was seen below it, then its group's. */
  private readonly least: Int32Array;
  private readonly path: Int32Array;
  private readonly calls: Int32Array;
  private depth = 0;
  private clock = 0;
  private start = 0;
  private knots: number[][] = [];

  constructor(network: Network) {
    const { offsets, targets } = network.chroots;
    const nodes = offsets.length - 1;
    this.components = network.count;
    this.offsets = offsets;
    this.targets = targets;
    this.inSet = new Uint8Array(network.count);
    this.index = new Int32Array(nodes);
    this.low = new Int32Array(nodes);
    this.cursor = new Int32Array(nodes);
    this.least = new Int32Array(nodes);
    this.path = new Int32Array(nodes);
    this.calls = new Int32Array(nodes + 1);
  }

  levels(set: Int32Array): Leveled {
    if (this.clock > 2 ** 30) this.rewind();
    this.start = this.clock;
    this.knots = [];
    for (const member of set) this.inSet[member] = 1;
    for (const member of set) if (this.index[member]! <= this.start) this.from(member);
    const members = set.slice().sort();
    const tier = new Int32Array(members.length);
    let tiers = 0;
    for (let n = 0; n < members.length; n++) {
      tier[n] = this.least[members[n]!]!;
      this.inSet[members[n]!] = 0;
      if (tier[n]! >= tiers) tiers = tier[n]! + 1;
    }
    const knots = this.knots.map((knot) => knot.sort((a, b) => a - b));
    return { members, tier, tiers, knots: knots.sort((a, b) => b.length - a.length || a[0]! - b[0]!) };
  }

  private rewind(): void {
    this.index.fill(0);
    this.clock = 0;
  }

  private from(root: number): void {
    const { index, low, cursor, calls, least, offsets, targets, components, inSet } = this;
    let height = 0;
    calls[height++] = root;
    this.enter(root);
    while (height > 0) {
      const n = calls[height - 1]!;
      if (cursor[n]! < offsets[n + 1]!) {
        const m = targets[cursor[n]!++]!;
        if (m < components && inSet[m] === 0) continue;
        if (index[m]! <= this.start) {
          this.enter(m);
          calls[height++] = m;
        } else this.note(n, m);
        continue;
      }
      height--;
      const isOpen = low[n] !== index[n];
      if (!isOpen) this.close(n);
      if (height === 0) return;
      const above = calls[height - 1]!;
      if (isOpen && low[n]! < low[above]!) low[above] = low[n]!;
      const under = least[n]! + (!isOpen && n < components ? 1 : 0);
      if (under > least[above]!) least[above] = under;
    }
  }

  /** What a node that was seen before means for one above it. */
  private note(n: number, m: number): void {
    const { low, least } = this;
    if (low[m] !== closed) {
      if (this.index[m]! < low[n]!) low[n] = this.index[m]!;
      return;
    }
    const above = least[m]! + (m < this.components ? 1 : 0);
    if (above > least[n]!) least[n] = above;
  }

  private enter(n: number): void {
    this.index[n] = this.low[n] = ++this.clock;
    this.cursor[n] = this.offsets[n]!;
    this.least[n] = 0;
    this.path[this.depth++] = n;
  }

  private close(root: number): void {
    const { path, low, least, components } = this;
    const own = least[root]!;
    let from = this.depth;
    let members = 0;
    do if (path[--from]! < components) members++;
    while (path[from] !== root);
    for (let n = from; n < this.depth; n++) {
      const node = path[n]!;
      low[node] = closed;
      least[node] = node >= components && members > 0 ? own + 1 : own;
    }
    if (members > 1) this.knots.push(Array.from(path.subarray(from, this.depth)).filter((node) => node < components));
    this.depth = from;
  }
}

const closed = 2 ** 31 - 1;
