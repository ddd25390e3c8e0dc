import { condense } from './graph/condense';
import { Ints, rowsOf } from './graph/rows';

export type Edges = ReadonlyMap<number, ReadonlySet<number>>;

/** How a dependency cycle is built. */
export interface KnotPlan {
  readonly members: readonly number[];
  /** Members that are built twice: first by their bootstrap recipe, then whole. */
  readonly bootstrapped: ReadonlySet<number>;
  /** Needs that are ignored since no recipe helps: `from` is built against the old build of `to`. */
  readonly cut: readonly (readonly [from: number, to: number])[];
}

/**
 * Opens a knot: with as few bootstrap recipes as it takes; where recipes do not suffice, by ignoring a near-minimal set
 * of needs (the feedback arcs of a greedy order: Eades, Lin, Smyth 1993).
 */
export function planKnot(members: readonly number[], needs: Edges, recipes: Edges): KnotPlan {
  const inside = new Set(members);
  const able = members.filter((m) => recipes.has(m) && removed(m, needs, recipes, inside) > 0);
  const fewestFirst = [...able].sort(
    (a, b) => removed(a, needs, recipes, inside) - removed(b, needs, recipes, inside) || a - b,
  );
  let chosen = new Set(able);
  const open = (some: ReadonlySet<number>): boolean =>
    cycles(members, firstPass(members, needs, recipes, some)).length === 0;
  const enough = open(chosen);
  for (const member of enough ? fewestFirst : []) {
    const fewer = new Set([...chosen].filter((m) => m !== member));
    if (open(fewer)) chosen = fewer;
  }
  const left = firstPass(members, needs, recipes, chosen);
  return { members, bootstrapped: chosen, cut: enough ? [] : cutCycles(members, left) };
}

/** Needs inside the knot when the chosen members are built by their recipes. */
function firstPass(members: readonly number[], needs: Edges, recipes: Edges, chosen: ReadonlySet<number>): Edges {
  const inside = new Set(members);
  return new Map(
    members.map((m) => {
      const wanted = (chosen.has(m) ? recipes.get(m) : needs.get(m)) ?? new Set<number>();
      const left = new Set<number>();
      for (const n of wanted) if (n !== m && inside.has(n)) left.add(n);
      return [m, left];
    }),
  );
}

function removed(member: number, needs: Edges, recipes: Edges, inside: ReadonlySet<number>): number {
  const kept = recipes.get(member) ?? new Set<number>();
  return [...(needs.get(member) ?? [])].filter((n) => inside.has(n) && !kept.has(n)).length;
}

function cycles(members: readonly number[], edges: Edges): readonly (readonly number[])[] {
  return groupsOver(members, [edges]).filter((group) => group.length > 1);
}

/** Strongly connected groups of these members over all these edges, in order. */
export function groupsOver(members: readonly number[], all: readonly Edges[]): readonly (readonly number[])[] {
  const index = new Map(members.map((m, n) => [m, n]));
  const from = new Ints();
  const to = new Ints();
  const add = (start: number, end: number | undefined): void => {
    if (end === undefined) return;
    from.push(start);
    to.push(end);
  };
  for (const [member, targets] of all.flatMap((edges) => [...edges])) {
    const start = index.get(member);
    if (start !== undefined) for (const target of targets) add(start, index.get(target));
  }
  const { count, offsets, nodes } = condense(rowsOf(members.length, from.view(), to.view()));
  return Array.from({ length: count }, (_, group) =>
    Array.from(nodes.subarray(offsets[group], offsets[group + 1]), (n) => members[n]!).sort((a, b) => a - b),
  );
}

function cutCycles(members: readonly number[], edges: Edges): (readonly [number, number])[] {
  const cut: (readonly [number, number])[] = [];
  for (const group of cycles(members, edges)) cut.push(...feedbackArcs(group, edges));
  return cut;
}

function feedbackArcs(group: readonly number[], edges: Edges): (readonly [number, number])[] {
  const place = new Map(greedyOrder(group, edges).map((m, n) => [m, n]));
  const kept = new Map<number, Set<number>>(group.map((m) => [m, new Set()]));
  const backward: (readonly [number, number])[] = [];
  for (const from of group) {
    for (const to of edges.get(from)!) {
      // A need must be built before: an arc is kept when it points to an earlier place.
      if (!place.has(to)) continue;
      if (place.get(to)! < place.get(from)!) kept.get(from)!.add(to);
      else backward.push([from, to]);
    }
  }
  // Each look costs a walk over the knot: in huge ones the few arcs that could come back are not looked for.
  return group.length > mostRefined ? backward : backward.filter((arc) => !keepIfOpen(arc, kept));
}

const mostRefined = 500;

/** Takes an arc back when it closes no cycle with those that are kept. */
function keepIfOpen([from, to]: readonly [number, number], kept: ReadonlyMap<number, Set<number>>): boolean {
  const seen = new Set([to]);
  const stack = [to];
  while (stack.length > 0) {
    for (const next of kept.get(stack.pop()!)!) {
      if (next === from) return false;
      if (seen.has(next)) continue;
      seen.add(next);
      stack.push(next);
    }
  }
  kept.get(from)!.add(to);
  return true;
}

/** What is needed most and needs least, of what is left, comes first. */
function greedyOrder(group: readonly number[], edges: Edges): readonly number[] {
  const members = [...group].sort((a, b) => b - a);
  const index = new Map(members.map((m, n) => [m, n]));
  const below = members.map((m) => [...edges.get(m)!].flatMap((to) => index.get(to) ?? []));
  const above: number[][] = members.map(() => []);
  below.forEach((tos, from) => tos.forEach((to) => above[to]!.push(from)));
  const shelves = new Shelves(members.map((_, n) => above[n]!.length - below[n]!.length));
  const order: number[] = [];
  for (let best = shelves.take(); best !== -1; best = shelves.take()) {
    order.push(members[best]!);
    for (const from of above[best]!) shelves.add(from, 1);
    for (const to of below[best]!) shelves.add(to, -1);
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
