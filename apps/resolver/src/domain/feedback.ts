import { bitCount, BitRows, eachBit } from './graph/bits';
import { Ints } from './graph/rows';

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
  const order = sifted(greedyOrder(among), among);
  return leastCut(order, among).map(([from, to]) => [group[from]!, group[to]!]);
}

/** Moves members, one after another, to the place where the fewest needs point forward. */
function sifted(order: number[], needs: BitRows): number[] {
  const { count } = needs;
  const rounds = Math.min(mostRounds, Math.floor(mostLooks / (count * count)));
  const users = needs.transposed();
  const place = new Int32Array(count);
  order.forEach((member, at) => (place[member] = at));
  const sorted = new Ints();
  for (let round = 0; round < rounds; round++) {
    let gained = 0;
    for (const member of [...order]) {
      const { at, gain } = bestPlace(member, place, needs.row(member), users.row(member), sorted);
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

/** Where a member stands best once it is taken out, and how many needs fewer point forward then. */
function bestPlace(
  member: number,
  place: Int32Array,
  needs: Int32Array,
  users: Int32Array,
  sorted: Ints,
): { readonly at: number; readonly gain: number } {
  const own = place[member]!;
  let wrong = 0;
  eachBit(needs, (of) => (wrong += place[of]! > own ? 1 : 0));
  eachBit(users, (of) => (wrong += place[of]! < own ? 1 : 0));
  if (wrong === 0) return { at: own, gain: 0 };
  sorted.clear();
  // What is needed points forward until the member stands behind it, who needs the member once that stands behind.
  eachBit(needs, (of) => sorted.push((place[of]! - (place[of]! > own ? 1 : 0)) * 2));
  eachBit(users, (of) => sorted.push((place[of]! - (place[of]! > own ? 1 : 0)) * 2 + 1));
  const passed = sorted.view().sort();
  let [forward, least, at, now] = [0, 0, 0, 0];
  for (let n = 0; n < passed.length; n++) {
    if (passed[n]! >> 1 < own) now += passed[n]! & 1 ? 1 : -1;
    forward += passed[n]! & 1 ? 1 : -1;
    const isLast = n + 1 === passed.length || passed[n + 1]! >> 1 > passed[n]! >> 1;
    if (isLast && forward < least) [least, at] = [forward, (passed[n]! >> 1) + 1];
  }
  return { at, gain: now - least };
}

/** Forward arcs of an order, without those that close no circle with what is kept. */
function leastCut(order: readonly number[], needs: BitRows): readonly Arc[] {
  const { count } = needs;
  const place = new Int32Array(count);
  order.forEach((member, at) => (place[member] = at));
  const below = new BitRows(count, count);
  const forward: Arc[] = [];
  for (const member of order) {
    eachBit(needs.row(member), (to) => {
      if (place[to]! > place[member]!) {
        forward.push([member, to]);
        return;
      }
      if (below.has(member, to)) return;
      below.add(member, to);
      below.unite(member, below.row(to));
    });
  }
  return forward.filter(([from, to]) => {
    if (below.has(to, from)) return true;
    for (const member of order) {
      if (member !== from && !below.has(member, from)) continue;
      below.add(member, to);
      below.unite(member, below.row(to));
    }
    return false;
  });
}

/** What is needed most and needs least, of what is left, comes first. */
function greedyOrder(needs: BitRows): number[] {
  const users = needs.transposed();
  const degree = (rows: BitRows, n: number): number => bitCount(rows.row(n));
  const shelves = new Shelves(Array.from({ length: needs.count }, (_, n) => degree(users, n) - degree(needs, n)));
  const order: number[] = [];
  for (let best = shelves.take(); best !== -1; best = shelves.take()) {
    order.push(best);
    eachBit(users.row(best), (from) => shelves.add(from, 1));
    eachBit(needs.row(best), (to) => shelves.add(to, -1));
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
