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
  const arcs = group.flatMap((from) =>
    [...edges.get(from)!].filter((to) => place.has(to)).map((to) => [from, to] as const),
  );
  // A need must be built before: an arc is kept when it points to an earlier place.
  const kept = arcs.filter(([from, to]) => place.get(to)! < place.get(from)!);
  const cut: (readonly [number, number])[] = [];
  for (const arc of arcs.filter((one) => !kept.includes(one))) {
    if (closes(arc, kept)) cut.push(arc);
    else kept.push(arc);
  }
  return cut;
}

function closes([from, to]: readonly [number, number], arcs: readonly (readonly [number, number])[]): boolean {
  const seen = new Set([to]);
  const stack = [to];
  while (stack.length > 0) {
    const at = stack.pop()!;
    for (const [a, b] of arcs) {
      if (a !== at || seen.has(b)) continue;
      seen.add(b);
      stack.push(b);
    }
  }
  return seen.has(from);
}

/** What is needed most and needs least comes first. */
function greedyOrder(group: readonly number[], edges: Edges): readonly number[] {
  const left = new Set(group);
  const order: number[] = [];
  while (left.size > 0) {
    const score = (m: number): number => {
      const wants = [...edges.get(m)!].filter((n) => left.has(n)).length;
      const wanted = [...left].filter((n) => n !== m && edges.get(n)!.has(m)).length;
      return wanted - wants;
    };
    const best = [...left].map((m) => [score(m), m] as const).sort(([a, m], [b, n]) => b - a || m - n)[0]![1];
    order.push(best);
    left.delete(best);
  }
  return order;
}
