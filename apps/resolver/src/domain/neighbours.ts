import { componentId, type ComponentId } from '@millrace/kernel';
import { dependencyText, type Dependency } from '@millrace/package-metadata';
import { didYouMean } from './suggest';
import { resolve, type World } from './world';

export type DependencyKind = 'build' | 'runtime' | 'contains';

/** Component `from` depends on `to`, by the capability `via`. */
export interface Edge {
  readonly from: ComponentId;
  readonly to: ComponentId;
  readonly kind: DependencyKind;
  readonly via: string;
}

export interface Neighbour {
  readonly component: ComponentId;
  readonly kind: DependencyKind;
  readonly via: string;
  readonly distance: number;
}

/** A requirement that nothing in the graph satisfies. */
export interface Unresolved {
  readonly component: ComponentId;
  readonly requirement: string;
  readonly hint: string;
}

/** The component graph, one edge for each pair and kind; what nothing provides leads to an external node of its own. */
export interface Graph {
  readonly edges: readonly Edge[];
  readonly out: ReadonlyMap<ComponentId, readonly Edge[]>;
  readonly into: ReadonlyMap<ComponentId, readonly Edge[]>;
  readonly externals: readonly ComponentId[];
  readonly unresolved: readonly Unresolved[];
}

export function graphOf(world: World): Graph {
  const edges = new Map<string, Edge>();
  const externals = new Set<ComponentId>();
  const unresolved = new Map<string, Unresolved>();
  const add = (edge: Edge): void => {
    const key = `${edge.from} ${edge.to} ${edge.kind}`;
    if (edge.from !== edge.to && !edges.has(key)) edges.set(key, edge);
  };
  for (const want of wantsOf(world)) {
    const { from, kind, dependency, arch } = want;
    const via = dependencyText(dependency);
    const found = resolve(world, dependency, arch);
    for (const n of found) add({ from, to: world.components[world.packages[n]!.component]!.component, kind, via });
    if (found.length > 0 || isOutside(world, from)) continue;
    const external = externalId(dependency.name);
    externals.add(external);
    add({ from, to: external, kind, via });
    unresolved.set(`${from} ${via}`, { component: from, requirement: via, hint: hintFor(world, dependency) });
  }
  for (const of of world.components) {
    for (const to of of.contains) add({ from: of.component, to, kind: 'contains', via: to });
    for (const to of of.builtOn) add({ from: of.component, to, kind: 'build', via: to });
    for (const to of [...of.contains, ...of.builtOn].filter((one) => !world.indexOf.has(one))) {
      externals.add(to);
      const hint = didYouMean(to, world.indexOf.keys());
      unresolved.set(`${of.component} ${to}`, { component: of.component, requirement: to, hint });
    }
  }
  const list = [...edges.values()];
  return {
    edges: list,
    out: grouped(list, (edge) => edge.from),
    into: grouped(list, (edge) => edge.to),
    externals: [...externals].sort(),
    unresolved: [...unresolved.values()],
  };
}

/** Everything up to `depth` steps away, nearest first; each component once, by its shortest way. */
export function around(
  graph: Graph,
  from: ComponentId,
  direction: 'dependants' | 'dependencies',
  kind: DependencyKind | 'any',
  depth: number,
): readonly Neighbour[] {
  const sides = direction === 'dependants' ? graph.into : graph.out;
  const found = new Map<ComponentId, Neighbour>();
  let edge = [from];
  for (let distance = 1; distance <= depth && edge.length > 0; distance++) {
    const steps = edge.flatMap((at) => sides.get(at) ?? []).filter((step) => kind === 'any' || step.kind === kind);
    edge = [];
    for (const step of steps) {
      const component = direction === 'dependants' ? step.from : step.to;
      if (component === from || found.has(component)) continue;
      found.set(component, { component, kind: step.kind, via: step.via, distance });
      edge.push(component);
    }
  }
  return [...found.values()];
}

/** A shortest chain of dependencies, without its start; empty when there is none. */
export function shortestPath(graph: Graph, from: ComponentId, to: ComponentId): readonly Neighbour[] {
  const cameBy = new Map<ComponentId, Edge>();
  const queue = [from];
  for (let n = 0; n < queue.length && !cameBy.has(to); n++) {
    for (const edge of graph.out.get(queue[n]!) ?? []) {
      if (edge.to === from || cameBy.has(edge.to)) continue;
      cameBy.set(edge.to, edge);
      queue.push(edge.to);
    }
  }
  const chain: Edge[] = [];
  for (let edge = cameBy.get(to); edge; edge = cameBy.get(edge.from)) chain.unshift(edge);
  return chain.map((edge, n) => ({ component: edge.to, kind: edge.kind, via: edge.via, distance: n + 1 }));
}

/** The node of something that nothing in the graph provides, such as `external/usr-bin-python3`. */
export function externalId(capability: string): ComponentId {
  const name = capability.replace(/[^A-Za-z0-9._+-]+/g, '-').replace(/^[^A-Za-z0-9]+|-+$/g, '');
  return componentId('external', name.slice(0, 200) || 'unnamed');
}

interface Want {
  readonly from: ComponentId;
  readonly kind: DependencyKind;
  readonly dependency: Dependency;
  readonly arch: string;
}

function* wantsOf(world: World): Generator<Want> {
  for (const of of world.components) {
    const from = of.component;
    for (const dependency of of.buildRequires) yield { from, kind: 'build', dependency, arch: 'noarch' };
    for (const dependency of of.installs) yield { from, kind: 'contains', dependency, arch: 'noarch' };
    for (const { requires, arch } of of.packages) {
      for (const dependency of requires) yield { from, kind: 'runtime', dependency, arch };
    }
  }
}

function isOutside(world: World, component: ComponentId): boolean {
  return world.components[world.indexOf.get(component)!]!.external;
}

function hintFor(world: World, dependency: Dependency): string {
  if (dependency.name.startsWith('(')) return 'rich (boolean) dependencies are not resolved';
  const offers = world.offers.get(dependency.name);
  if (offers)
    return `there is only ${offers
      .slice(0, 3)
      .map((offer) => dependencyText(offer.dependency))
      .join(', ')}`;
  return 'nothing in the graph provides it: it may come from the platform, or not be built yet';
}

function grouped(edges: readonly Edge[], by: (edge: Edge) => ComponentId): ReadonlyMap<ComponentId, readonly Edge[]> {
  const groups = new Map<ComponentId, Edge[]>();
  for (const edge of edges) {
    const group = groups.get(by(edge));
    if (group) group.push(edge);
    else groups.set(by(edge), [edge]);
  }
  return groups;
}
