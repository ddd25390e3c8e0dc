import { componentId, type ComponentId } from '@millrace/kernel';
import type {
  ContainerDescription,
  Dependency,
  ModuleDescription,
  RepositoryPackage,
  SpecDescription,
} from '@millrace/package-metadata';
import { emptyFacts, type ComponentFacts, type PackageFacts } from './facts';

/** A repository of sources and where its branch is. */
export interface SourceHead {
  readonly name: string;
  readonly url: string;
  readonly commit: string;
}

/** What a source says; `problem` when it could not be read. */
export interface ReadSource<Description> {
  readonly component: ComponentId;
  readonly head: SourceHead;
  readonly description: Description | null;
  readonly problem: string | null;
}

export interface ReadSpec extends ReadSource<SpecDescription> {
  /** The spec as its bootstrap recipe makes it; null when there is no recipe. */
  readonly bootstrap: SpecDescription | null;
  /** Build requirements that `%generate_buildrequires` found in the newest build. */
  readonly generated: readonly Dependency[];
}

/** Everything that an import has read, before it becomes a graph. */
export interface Gathered {
  readonly specs: readonly ReadSpec[];
  readonly modules: readonly ReadSource<ModuleDescription>[];
  readonly containers: readonly ReadSource<ContainerDescription>[];
  readonly stacks: Readonly<Record<string, readonly ComponentId[]>>;
  /** Packages of the build repository. */
  readonly packages: readonly RepositoryPackage[];
  /** NVR of each component's newest validated build. */
  readonly builds: ReadonlyMap<ComponentId, string>;
  /** Facts of the snapshot before this one. */
  readonly previous: ReadonlyMap<ComponentId, ComponentFacts>;
}

/**
 * Puts sources and builds together into the facts of every component: packages and what they offer and require come
 * from what was built; what was never built is as its spec declares it; needs for a build come from the source at its
 * head. Packages of the repository that no source of the release makes are external.
 */
export function assemble(gathered: Gathered): readonly ComponentFacts[] {
  const owner = new Map(gathered.specs.map((one) => [one.description?.name ?? one.head.name, one.component]));
  const built = packagesByComponent(gathered.packages, owner);
  const own = new Set(gathered.specs.map((one) => one.component));
  const external = [...built].filter(([component]) => !own.has(component));
  return [
    ...gathered.specs.map((one) => specFacts(one, built.get(one.component), gathered)),
    ...gathered.modules.map((one) => moduleFacts(one, gathered)),
    ...gathered.containers.map((one) => containerFacts(one, gathered)),
    ...Object.entries(gathered.stacks).map(([name, contains]) => stackFacts(name, contains, gathered)),
    ...external.map(([component, of]) => ({
      ...emptyFacts(component),
      ...{ external: true, nvr: of.nvr, packages: of.packages },
    })),
  ];
}

/** Files that somebody requires: only those are worth looking up in a repository's file lists. */
export function requiredFiles(
  specs: readonly ReadSpec[],
  containers: readonly ReadSource<ContainerDescription>[],
  packages: readonly RepositoryPackage[],
): ReadonlySet<string> {
  const names = [
    ...specs.flatMap(({ description, bootstrap, generated }) =>
      [description, bootstrap]
        .flatMap((of) => (of ? [...of.buildRequires, ...of.packages.flatMap((one) => one.requires)] : []))
        .concat(generated)
        .map((one) => one.name),
    ),
    ...containers.flatMap((one) => one.description?.installs ?? []),
    ...packages.flatMap((one) => one.requires.map((dependency) => dependency.name)),
  ];
  return new Set(names.filter((name) => name.startsWith('/')));
}

interface Built {
  readonly nvr: string;
  readonly packages: PackageFacts[];
}

function packagesByComponent(
  packages: readonly RepositoryPackage[],
  owner: ReadonlyMap<string, ComponentId>,
): ReadonlyMap<ComponentId, Built> {
  const found = new Map<ComponentId, Built>();
  for (const one of packages) {
    const nvr = (one.sourceRpm ?? `${one.name}-${one.version}-${one.release}`).replace(/\.(no)?src\.rpm$/, '');
    const source = nvr.replace(/-[^-]+-[^-]+$/, '');
    const component = owner.get(source) ?? externalComponent(source);
    const { name, epoch, version, release, arch, provides, requires, files } = one;
    const facts = { name, epoch, version, release, arch, provides, requires, files, declared: false };
    const of = found.get(component);
    if (of) of.packages.push(facts);
    else found.set(component, { nvr, packages: [facts] });
  }
  return found;
}

function externalComponent(source: string): ComponentId {
  return componentId('external', source);
}

function specFacts(read: ReadSpec, built: Built | undefined, gathered: Gathered): ComponentFacts {
  const before = gathered.previous.get(read.component) ?? emptyFacts(read.component);
  const source = { url: read.head.url, commit: read.head.commit };
  const { description } = read;
  const declared = description ? declaredPackages(description) : before.packages.filter((one) => one.declared);
  const made = built?.packages ?? [];
  const names = new Set(made.map((one) => one.name));
  const packages = [...made, ...declared.filter((one) => !names.has(one.name))];
  const nvr = gathered.builds.get(read.component) ?? built?.nvr ?? null;
  if (!description) return { ...before, external: false, source, nvr, packages, problem: read.problem };
  return {
    ...emptyFacts(read.component),
    ...{ source, nvr, packages },
    buildRequires: merged(description.buildRequires, description.dynamicBuildRequires ? read.generated : []),
    bootstrapRequires: read.bootstrap?.buildRequires ?? null,
  };
}

function declaredPackages(description: SpecDescription): readonly PackageFacts[] {
  return description.packages.map((one) => ({ ...one, declared: true }));
}

function merged(some: readonly Dependency[], more: readonly Dependency[]): readonly Dependency[] {
  const key = (of: Dependency): string => [of.name, of.flags, of.epoch, of.version, of.release].join(' ');
  const known = new Set(some.map(key));
  return [...some, ...more.filter((one) => !known.has(key(one)))];
}

function moduleFacts(read: ReadSource<ModuleDescription>, gathered: Gathered): ComponentFacts {
  const { description } = read;
  if (!description) return unread(read, gathered);
  const needs = description.dependencies.flatMap((of) => Object.entries(of.buildRequires));
  return {
    ...assembled(read, gathered),
    contains: description.components.map((one) => componentId('rpm', one.name)),
    builtOn: needs.flatMap(([name, streams]) =>
      name === 'platform'
        ? []
        : streams.filter((one) => !one.startsWith('-')).map((one) => componentId('module', name, one)),
    ),
  };
}

function containerFacts(read: ReadSource<ContainerDescription>, gathered: Gathered): ComponentFacts {
  const { description } = read;
  if (!description) return unread(read, gathered);
  const parent = /^[A-Za-z0-9][A-Za-z0-9._+-]*(:[A-Za-z0-9._+-]+)?$/.test(description.from) ? description.from : null;
  return {
    ...assembled(read, gathered),
    installs: description.installs.map((name) => ({ name })),
    builtOn: parent === null || parent === 'scratch' || parent === 'platform' ? [] : [`container/${parent}`],
  };
}

function stackFacts(name: string, contains: readonly ComponentId[], gathered: Gathered): ComponentFacts {
  const component = componentId('stack', name);
  return { ...emptyFacts(component), contains: [...contains], nvr: gathered.builds.get(component) ?? null };
}

function assembled(read: ReadSource<unknown>, gathered: Gathered): ComponentFacts {
  return {
    ...emptyFacts(read.component),
    source: { url: read.head.url, commit: read.head.commit },
    nvr: gathered.builds.get(read.component) ?? null,
  };
}

function unread(read: ReadSource<unknown>, gathered: Gathered): ComponentFacts {
  const before = gathered.previous.get(read.component);
  const { source, nvr } = assembled(read, gathered);
  return { ...(before ?? emptyFacts(read.component)), source, nvr, problem: read.problem };
}
