import { BitRows, bitsOf, eachBit, graphOfBits } from './graph/bits';
import { each, type Rows } from './graph/rows';

/** `from` needs `to`. */
export type Arc = readonly [from: number, to: number];

/** How often every member is moved to a better place at most; less often where a round no longer gains much. */
const mostRounds = 8;
/** Pairs of members that are looked at in one knot at most. */
const mostLooks = 250_000_000;

/**
 * A near-minimal set of needs without which the members need one another in no circle: those that point forward in a
 * greedy order (Eades, Lin, Smyth 1993) in which each member was then moved to its best place, less those that close no
 * circle. No smaller subset of what is returned suffices.
 */
export function feedbackArcs(group: readonly number[], needs: BitRows): readonly Arc[] {
  const among = new BitRows(group.length, group.length);
  const place = new Map(group.map((member, n) => [member, n]));
  group.forEach((member, n) => {
    eachBit(needs.row(member), (to) => {
      const column = place.get(to);
      if (column !== undefined && column !== n) among.add(n, column);
    });
  });
  const links = { needs: graphOfBits(among), users: graphOfBits(among.transposed()) };
  const order = sifted(greedyOrder(links), links);
  return leastCut(order, links.needs).map(([from, to]) => [group[from]!, group[to]!]);
}

/** Whom each member needs, and who needs it. */
interface Links {
  readonly needs: Rows;
  readonly users: Rows;
}

/** Moves members, one after another, to the place where the fewest needs point forward. */
function sifted(order: number[], links: Links): number[] {
  const { count } = links.needs;
  const rounds = Math.min(mostRounds, Math.floor(mostLooks / (count * count)));
  const places = new Places(order, links);
  const { place } = places;
  for (let round = 0; round < rounds; round++) {
    let gained = 0;
    for (const member of [...order]) {
      const { at, gain } = places.bestOf(member);
      if (gain <= 0) continue;
      gained += gain;
      const from = place[member]!;
      order.splice(from, 1);
      order.splice(at, 0, member);
      for (let n = Math.min(from, at); n <= Math.max(from, at); n++) place[order[n]!] = n;
    }
    if (gained <= count / 200) break;
  }
  return order;
}

/** The places of all members; those of a member's neighbours are marked as bits, which are read in order. */
class Places {
  readonly place: Int32Array;
  private readonly needed: Int32Array;
  private readonly using: Int32Array;

  constructor(
    order: readonly number[],
    private readonly links: Links,
  ) {
    this.place = new Int32Array(order.length);
    order.forEach((member, at) => (this.place[member] = at));
    this.needed = bitsOf(order.length);
    this.using = bitsOf(order.length);
  }

  /** Where a member stands best once it is taken out, and how many needs fewer point forward then. */
  bestOf(member: number): { readonly at: number; readonly gain: number } {
    const { needed, using, links } = this;
    const own = this.place[member]!;
    const behind = this.mark(links.needs, member, needed);
    const before =
      links.users.offsets[member + 1]! - links.users.offsets[member]! - this.mark(links.users, member, using);
    if (behind === 0 && before === 0) return { at: own, gain: 0 };
    // What is needed points forward until the member stands behind it, who needs the member once that stands behind.
    let [forward, least, at, now] = [0, 0, 0, 0];
    for (let word = 0; word < needed.length; word++) {
      for (let left = needed[word]! | using[word]!; left !== 0; left &= left - 1) {
        const bit = left & -left;
        const passed = (word << 5) + 31 - Math.clz32(bit);
        const more = ((using[word]! & bit) !== 0 ? 1 : 0) - ((needed[word]! & bit) !== 0 ? 1 : 0);
        forward += more;
        if (passed < own) now += more;
        if (forward < least) [least, at] = [forward, passed + 1];
      }
    }
    return { at, gain: now - least };
  }

  /** Marks the places of neighbours as they are without the member; gives how many stand behind it. */
  private mark({ offsets, targets }: Rows, member: number, bits: Int32Array): number {
    const own = this.place[member]!;
    bits.fill(0);
    let behind = 0;
    for (let n = offsets[member]!; n < offsets[member + 1]!; n++) {
      let at = this.place[targets[n]!]!;
      if (at > own) {
        at--;
        behind++;
      }
      bits[at >> 5]! |= 1 << (at & 31);
    }
    return behind;
  }
}

/** Forward arcs of an order, without those that close no circle with what is kept. */
function leastCut(order: readonly number[], { count, offsets, targets }: Rows): readonly Arc[] {
  const place = new Int32Array(count);
  order.forEach((member, at) => (place[member] = at));
  const below = new BitRows(count, count);
  const forward: Arc[] = [];
  for (const member of order) {
    for (let n = offsets[member]!; n < offsets[member + 1]!; n++) {
      const to = targets[n]!;
      if (place[to]! > place[member]!) {
        forward.push([member, to]);
      } else if (!below.has(member, to)) {
        below.add(member, to);
        below.unite(member, below.row(to));
      }
    }
  }
  return forward.filter(([from, to]) => {
    if (below.has(to, from)) return true;
    // What it leads to is there by another way already.
    if (below.has(from, to)) return false;
    for (const member of order) {
      if (member !== from && !below.has(member, from)) continue;
      below.add(member, to);
      below.unite(member, below.row(to));
    }
    return false;
  });
}

/** What is needed most and needs least, of what is left, comes first. */
function greedyOrder({ needs, users }: Links): number[] {
  const degree = ({ offsets }: Rows, n: number): number => offsets[n + 1]! - offsets[n]!;
  const shelves = new Shelves(Array.from({ length: needs.count }, (_, n) => degree(users, n) - degree(needs, n)));
  const order: number[] = [];
  for (let best = shelves.take(); best !== -1; best = shelves.take()) {
    order.push(best);
    each(users, best, (from) => shelves.add(from, 1));
    each(needs, best, (to) => shelves.add(to, -1));
  }
  return order;
}

/** Gives the highest score first. A shelf per score, so that nobody is looked for among all that are left. */
class Shelves {
  private readonly shelves = new Map<number, number[]>();
  private readonly taken: Uint8Array;
  private highest = -Infinity;

  constructor(private readonly scores: number[]) {
    this.taken = new Uint8Array(scores.length);
    scores.forEach((_, n) => this.put(n));
  }

  add(n: number, by: number): void {
    if (this.taken[n] === 1) return;
    this.scores[n]! += by;
    this.put(n);
  }

  /** -1 when none is left. Whose score has changed stands on older shelves, too: there it is passed over. */
  take(): number {
    while (this.shelves.size > 0) {
      const n = this.shelves.get(this.highest)?.pop();
      if (n === undefined) {
        this.shelves.delete(this.highest--);
      } else if (this.taken[n] === 0 && this.scores[n] === this.highest) {
        this.taken[n] = 1;
        return n;
      }
    }
    return -1;
  }

  private put(n: number): void {
    const score = this.scores[n]!;
    const shelf = this.shelves.get(score);
    if (shelf) shelf.push(n);
    else this.shelves.set(score, [n]);
    this.highest = Math.max(this.highest, score);
  }
}
