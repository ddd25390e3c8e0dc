import { digraph, stronglyConnected } from '@millrace/kernel';

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
      return [m, new Set([...wanted].filter((n) => inside.has(n) && n !== m))];
    }),
  );
}

function removed(member: number, needs: Edges, recipes: Edges, inside: ReadonlySet<number>): number {
  const kept = recipes.get(member) ?? new Set<number>();
  return [...(needs.get(member) ?? [])].filter((n) => inside.has(n) && !kept.has(n)).length;
}

function cycles(members: readonly number[], edges: Edges): readonly (readonly number[])[] {
  const index = new Map(members.map((m, n) => [m, n]));
  const pairs = [...edges].flatMap(([from, tos]) => [...tos].map((to) => [index.get(from)!, index.get(to)!] as const));
  const groups = stronglyConnected(digraph(members.length, pairs)).members;
  return groups.filter((group) => group.length > 1).map((group) => group.map((n) => members[n]!));
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
  const inside = new Set(group);
  const above = new Map<number, number[]>(group.map((m) => [m, []]));
  const score = new Map<number, number>(group.map((m) => [m, 0]));
  const add = (m: number, by: number): void => void score.set(m, score.get(m)! + by);
  for (const from of group) {
    for (const to of edges.get(from)!) {
      if (!inside.has(to)) continue;
      above.get(to)!.push(from);
      add(from, -1);
      add(to, 1);
    }
  }
  const order: number[] = [];
  const left = new Set([...group].sort((a, b) => a - b));
  while (left.size > 0) {
    let best = -1;
    for (const m of left) if (best === -1 || score.get(m)! > score.get(best)!) best = m;
    left.delete(best);
    order.push(best);
    for (const from of above.get(best)!) add(from, 1);
    for (const to of edges.get(best)!) if (inside.has(to)) add(to, -1);
  }
  return order;
}
