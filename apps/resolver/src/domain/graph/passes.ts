import type { KnotPlan, Recipes } from '../knots';
import { BitRows, eachBit, graphOfBits } from './bits';
import { condense } from './condense';

/** One pass of a member of a group. */
export interface Pass {
  readonly member: number;
  readonly pass: number;
  readonly bootstrap: boolean;
  readonly plan: KnotPlan | null;
}

/** The passes of each member, and which pass needs which. What closes a circle is left out as the plans say. */
export function passesOf(
  members: number,
  hard: BitRows,
  recipes: Recipes,
  knots: readonly KnotPlan[],
): { readonly passes: readonly Pass[]; readonly needs: BitRows } {
  const planOf = new Array<KnotPlan | null>(members).fill(null);
  for (const plan of knots) for (const member of plan.members) planOf[member] = plan;
  const passes: Pass[] = [];
  const first = new Int32Array(members);
  const final = new Int32Array(members);
  for (let member = 0; member < members; member++) {
    const plan = planOf[member]!;
    first[member] = passes.length;
    const twice = plan?.bootstrapped.has(member) ?? false;
    if (twice) passes.push({ member, pass: 1, bootstrap: true, plan });
    final[member] = passes.length;
    passes.push({ member, pass: twice ? 2 : 1, bootstrap: false, plan });
  }
  const needs = new BitRows(passes.length, passes.length);
  passes.forEach(({ member, pass, bootstrap, plan }, n) => {
    if (pass === 2) needs.add(n, first[member]!);
    // Within a knot everybody uses what the first pass gave: second passes come after all of it.
    const add = (to: number): void => needs.add(n, plan !== null && planOf[to] === plan ? first[to]! : final[to]!);
    eachBit(bootstrap ? recipes.get(member)! : hard.row(member), add);
  });
  // A second pass has all that it needs: nothing in its knot waits for it.
  for (const { cut } of knots) for (const [from, to] of cut) needs.remove(first[from]!, first[to]!);
  return { passes, needs };
}

export interface SortedPasses {
  /** Place -> pass; what is needed comes first. */
  readonly order: Int32Array;
  /** By place: the places of the fewest needs. */
  readonly fewest: readonly (readonly number[])[];
  /** By place: the places of everything below. */
  readonly closure: BitRows;
}

/** Puts passes that need one another in no circle into an order, each with its transitive reduction. */
export function sortedPasses(needs: BitRows): SortedPasses {
  const { count } = needs;
  const graph = graphOfBits(needs);
  const { nodes: order } = condense(graph);
  const placeOf = new Int32Array(count);
  order.forEach((n, at) => (placeOf[n] = at));
  const closure = new BitRows(count, count);
  const fewest = Array.from(order, (n, at) => {
    const places = graph.targets.slice(graph.offsets[n], graph.offsets[n + 1]).map((to) => placeOf[to]!);
    places.sort();
    const kept: number[] = [];
    for (let k = places.length - 1; k >= 0; k--) {
      const below = places[k]!;
      if (closure.has(at, below)) continue;
      kept.push(below);
      closure.add(at, below);
      closure.unite(at, closure.row(below));
    }
    return kept;
  });
  return { order, fewest, closure };
}
