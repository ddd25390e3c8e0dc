import type { ImpactRebuild } from '@millrace/contracts';
import { digraph, layers, reduction, stronglyConnected, successors, type ComponentId } from '@millrace/kernel';
import { planKnot, type KnotPlan } from './knots';
import { bootstrapNeeds, buildNeeds, installNeeds } from './needs';
import type { World } from './world';

export interface Ordered {
  readonly rebuilds: readonly ImpactRebuild[];
  readonly knots: readonly (readonly ComponentId[])[];
  readonly tiers: number;
}

/** One pass of one component. */
interface Node {
  readonly component: number;
  readonly pass: number;
  readonly bootstrap: boolean;
}

type Pairs = Map<number, ReadonlySet<number>>;

/**
 * Puts components into an order in which each can be built. Promises, each with a test in `order.spec.ts`:
 * - every component of the set that is in another's build chroot, directly or through components outside of the set, is
 *   below it, unless the two are in one knot;
 * - needs are the fewest that say so (transitive reduction), and tiers the longest chains of needs;
 * - what a component needs to be installed is below it too wherever that closes no cycle, so that its gate can pass;
 * - a knot is opened by bootstrap recipes, else at a near-minimal set of needs, and never refuses to be built.
 */
export function orderOf(world: World, set: Iterable<number>): Ordered {
  const inside = new Set(set);
  const members = [...inside].sort((a, b) => a - b);
  const only = (set: ReadonlySet<number>): Set<number> => new Set([...set].filter((n) => inside.has(n)));
  const hard: Pairs = new Map(members.map((m) => [m, only(buildNeeds(world, m))]));
  const recipes: Pairs = new Map();
  for (const m of members) {
    const needs = bootstrapNeeds(world, m);
    if (needs) recipes.set(m, only(needs));
  }
  const knots = groupsOf(members, [hard, recipes]).filter((group) => group.length > 1);
  const plans = new Map<number, KnotPlan>();
  for (const group of knots) {
    const plan = planKnot(group, hard, recipes);
    for (const m of group) plans.set(m, plan);
  }
  const soft = softNeeds(world, members, { hard, recipes }, inside);
  const nodes = members.flatMap((component) => passesOf(component, plans.get(component)));
  const edges = edgesOf(nodes, { hard, recipes, soft, plans });
  return {
    ...described(world, nodes, edges, plans),
    knots: [...new Set(plans.values())]
      .filter((plan) => plan.bootstrapped.size > 0 || plan.cut.length > 0)
      .map((plan) => plan.members.map((m) => world.components[m]!.component).sort()),
  };
}

function passesOf(component: number, plan: KnotPlan | undefined): Node[] {
  if (!plan?.bootstrapped.has(component)) return [{ component, pass: 1, bootstrap: false }];
  return [
    { component, pass: 1, bootstrap: true },
    { component, pass: 2, bootstrap: false },
  ];
}

/** Run-time needs that close no cycle together with all others. */
function softNeeds(
  world: World,
  members: readonly number[],
  { hard, recipes }: { hard: Pairs; recipes: Pairs },
  inside: ReadonlySet<number>,
): Pairs {
  const wanted: Pairs = new Map(
    members.map((m) => [m, new Set([...installNeeds(world, m)].filter((n) => inside.has(n)))]),
  );
  const groupOf = new Map(
    groupsOf(members, [hard, recipes, wanted]).flatMap((group, n) => group.map((m) => [m, n] as const)),
  );
  return new Map(
    members.map((m) => [m, new Set([...wanted.get(m)!].filter((n) => groupOf.get(n) !== groupOf.get(m)))]),
  );
}

interface Needs {
  readonly hard: Pairs;
  readonly recipes: Pairs;
  readonly soft: Pairs;
  readonly plans: ReadonlyMap<number, KnotPlan>;
}

function edgesOf(nodes: readonly Node[], needs: Needs): [number, number][] {
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  nodes.forEach(({ component }, n) => {
    if (!first.has(component)) first.set(component, n);
    last.set(component, n);
  });
  const edges: [number, number][] = [];
  nodes.forEach((node, n) => {
    const { component, pass, bootstrap } = node;
    const plan = needs.plans.get(component);
    const cut = new Set(plan?.cut.filter(([from]) => from === component).map(([, to]) => to));
    for (const m of (bootstrap ? needs.recipes : needs.hard).get(component)!) {
      // Within a knot everybody uses what the first pass gave: second passes come after all of it.
      if (needs.plans.get(m) !== plan || plan === undefined) edges.push([n, last.get(m)!]);
      else if (!cut.has(m)) edges.push([n, first.get(m)!]);
    }
    for (const m of needs.soft.get(component)!) edges.push([n, last.get(m)!]);
    if (pass === 2) edges.push([n, first.get(component)!]);
  });
  return edges;
}

function described(
  world: World,
  nodes: readonly Node[],
  edges: readonly [number, number][],
  plans: ReadonlyMap<number, KnotPlan>,
): Pick<Ordered, 'rebuilds' | 'tiers'> {
  const graph = reduction(digraph(nodes.length, edges));
  const tier = layers(graph);
  const idOf = (n: number): ComponentId => world.components[nodes[n]!.component]!.component;
  const rebuilds = nodes.map((node, n) => ({
    component: idOf(n),
    pass: node.pass,
    tier: tier[n]!,
    bootstrap: node.bootstrap,
    needs: [...successors(graph, n)].map((m) => ({ component: idOf(m), pass: nodes[m]!.pass })).sort(byName),
    because: because(world, node, plans.get(node.component)),
  }));
  rebuilds.sort((a, b) => a.tier - b.tier || byName(a, b));
  return { rebuilds, tiers: rebuilds.reduce((most, r) => Math.max(most, r.tier + 1), 0) };
}

function because(world: World, node: Node, plan: KnotPlan | undefined): string {
  if (!plan) return 'it is in the set to rebuild';
  const name = (m: number): string => world.components[m]!.component;
  const knot = `the knot of ${plan.members.slice(0, 5).map(name).join(', ')}${plan.members.length > 5 ? ', …' : ''}`;
  if (node.bootstrap) return `${knot}: first pass, by its bootstrap recipe`.slice(0, 500);
  if (node.pass === 2) return `${knot}: second pass, whole, after the others`.slice(0, 500);
  const against = plan.cut.filter(([from]) => from === node.component).map(([, to]) => name(to));
  if (against.length === 0) return `${knot}: built once`.slice(0, 500);
  return `${knot} has no bootstrap recipe that opens it: built once, against the old build of ${against.join(', ')}`.slice(
    0,
    500,
  );
}

/** Strongly connected groups of the members over all these needs. */
function groupsOf(members: readonly number[], needs: readonly Pairs[]): readonly (readonly number[])[] {
  const index = new Map(members.map((m, n) => [m, n]));
  const pairs = needs.flatMap((of) =>
    [...of].flatMap(([from, tos]) => [...tos].map((to) => [index.get(from)!, index.get(to)!] as const)),
  );
  return stronglyConnected(digraph(members.length, pairs)).members.map((group) => group.map((n) => members[n]!));
}

function byName(a: { component: string; pass: number }, b: { component: string; pass: number }): number {
  if (a.component !== b.component) return a.component < b.component ? -1 : 1;
  return a.pass - b.pass;
}
