import { digraph, globMatches, type ComponentId, type Digraph } from '@millrace/kernel';
import { satisfies, type Dependency } from '@millrace/package-metadata';
import type { ComponentFacts, PackageFacts } from './facts';

export interface WorldPackage {
  /** Index of its component. */
  readonly component: number;
  readonly facts: PackageFacts;
}

/** A package offers this capability. */
export interface Offer {
  readonly package: number;
  readonly dependency: Dependency;
}

/** A component wants this capability: to be built, to be installed as `package`, or to be assembled. */
export interface Demand {
  readonly component: number;
  readonly kind: 'build' | 'runtime' | 'contains';
  readonly package: number | null;
  readonly dependency: Dependency;
}

/** The facts of a whole release, indexed by number and by capability. Immutable. */
export interface World {
  readonly components: readonly ComponentFacts[];
  readonly indexOf: ReadonlyMap<ComponentId, number>;
  readonly packages: readonly WorldPackage[];
  /** Packages of each component. */
  readonly made: readonly (readonly number[])[];
  /** By capability name, files by their path. */
  readonly offers: ReadonlyMap<string, readonly Offer[]>;
  readonly demands: ReadonlyMap<string, readonly Demand[]>;
  /** Declared files with shell patterns in them. */
  readonly patterns: readonly Offer[];
  /** Architectures that packages are made for; `noarch` alone when there is no other. */
  readonly architectures: readonly string[];
  /** Package -> the packages that its requirements bring along. */
  readonly runs: Digraph;
}

export function worldOf(facts: Iterable<ComponentFacts>): World {
  const components = [...facts].sort((a, b) => (a.component < b.component ? -1 : 1));
  const packages = components.flatMap((of, component) => of.packages.map((one) => ({ component, facts: one })));
  const made: number[][] = components.map(() => []);
  packages.forEach((one, n) => made[one.component]!.push(n));
  const { offers, patterns } = offersOf(packages);
  const architectures = [...new Set(packages.map((one) => one.facts.arch))].filter((arch) => arch !== 'noarch').sort();
  const world = {
    components,
    indexOf: new Map(components.map((of, n) => [of.component, n])),
    packages,
    made,
    offers,
    demands: demandsOf(components, packages),
    patterns,
    architectures: architectures.length > 0 ? architectures : ['noarch'],
  };
  return { ...world, runs: digraph(packages.length, runEdges(world)) };
}

/** The world with some components' facts replaced or added. */
export function withFacts(world: World, facts: Iterable<ComponentFacts>): World {
  const all = new Map(world.components.map((of) => [of.component, of]));
  for (const of of facts) all.set(of.component, of);
  return worldOf(all.values());
}

/**
 * The packages that a requirement brings along: the one of that very name when it satisfies, else every one that does.
 * Empty when nothing satisfies it.
 */
export function resolve(world: Omit<World, 'runs'>, dependency: Dependency, arch = 'noarch'): readonly number[] {
  const found = offersFor(world, dependency).filter((offer) => fits(world.packages[offer.package]!.facts.arch, arch));
  const namesakes = found.filter((offer) => world.packages[offer.package]!.facts.name === dependency.name);
  return [...new Set((namesakes.length > 0 ? namesakes : found).map((offer) => offer.package))];
}

/** Every offer that satisfies a requirement, on whatever architecture. */
export function offersFor(world: Pick<World, 'offers' | 'patterns'>, dependency: Dependency): readonly Offer[] {
  const exact = (world.offers.get(dependency.name) ?? []).filter((offer) => satisfies(offer.dependency, dependency));
  if (exact.length > 0 || !dependency.name.startsWith('/')) return exact;
  return world.patterns.filter((offer) => globMatches(offer.dependency.name, dependency.name));
}

/** Can packages of these architectures be installed together? */
export function fits(arch: string, other: string): boolean {
  return arch === other || arch === 'noarch' || other === 'noarch';
}

/** What a package offers: its provides, itself by name and version, and its files. */
export function capabilitiesOf(of: PackageFacts): readonly Dependency[] {
  const { name, epoch, version, release } = of;
  const itself = { name, flags: 'EQ' as const, epoch, version, release };
  const named = of.provides.some((one) => one.name === name && one.version === version);
  return [...(named ? [] : [itself]), ...of.provides, ...of.files.map((file) => ({ name: file }))];
}

function offersOf(packages: readonly WorldPackage[]): Pick<World, 'patterns'> & { offers: Map<string, Offer[]> } {
  const offers = new Map<string, Offer[]>();
  const patterns: Offer[] = [];
  packages.forEach(({ facts }, n) => {
    for (const dependency of capabilitiesOf(facts)) {
      const offer = { package: n, dependency };
      if (facts.declared && dependency.name.startsWith('/') && /[*?]/.test(dependency.name)) patterns.push(offer);
      else push(offers, dependency.name, offer);
    }
  });
  return { offers, patterns };
}

function demandsOf(components: readonly ComponentFacts[], packages: readonly WorldPackage[]): Map<string, Demand[]> {
  const demands = new Map<string, Demand[]>();
  const add = (demand: Demand): void => push(demands, demand.dependency.name, demand);
  components.forEach((of, component) => {
    for (const dependency of of.buildRequires) add({ component, kind: 'build', package: null, dependency });
    for (const dependency of of.installs) add({ component, kind: 'contains', package: null, dependency });
  });
  packages.forEach(({ component, facts }, n) => {
    for (const dependency of facts.requires) add({ component, kind: 'runtime', package: n, dependency });
  });
  return demands;
}

function* runEdges(world: Omit<World, 'runs'>): Generator<readonly [number, number]> {
  for (const [n, { facts }] of world.packages.entries()) {
    const targets = new Set(facts.requires.flatMap((dependency) => resolve(world, dependency, facts.arch)));
    for (const target of targets) if (target !== n) yield [n, target];
  }
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
