import { componentId } from '@millrace/kernel';
import {
  candidatesOf,
  dependencyText,
  newestOf,
  obsoletedBy,
  readModulemd,
  readRepositoryAt,
  type Candidate,
  type Dependency,
  type ModulemdContents,
  type PrioritizedRepository,
  type RepositoryPackage,
} from '@millrace/package-metadata';
import type { CatalogueBuilder } from '../../../domain/graph/build-catalogue';
import { placeholder } from '../../../domain/graph/merge';
import { namesIn } from '../../../domain/graph/resolve-clause';
import { importer, type Means } from '../importer';
import { addModules } from '../modulemd/add-modules';
import { baseArchitectures } from './architecture';
import { withoutHiddenStreams } from './hidden-streams';
import { prioritized, rpmMdInput, type RpmMdInput } from './schema';

/**
 * Reads rpm-md repositories with the modules of the binary ones. What no source repository makes is external, unless
 * there is none. Of several versions of a package the newest of the repositories with the best priority counts, and
 * none that another one obsoletes.
 */
export const rpmMd = importer('rpm-md', rpmMdInput, async (input, means) => {
  const sources = newestOf(candidatesOf((await readAll(input.sources, means)).repositories));
  const binaries = await readAll(input.packages, means);
  const modules = modulesOf(binaries.modules);
  const candidates = chosen(withoutHiddenStreams(binaries.repositories, modules, means.findings), input, means);
  const writer = new PackageWriter(means.builder, baseArchitectures(candidates), sources.length > 0);
  for (const { of } of sources) means.builder.component(componentId('rpm', of.name), evrOf(of));
  for (const { of } of candidates) writer.binary(of);
  for (const { of } of sources) writer.source(of);
  addModules(modules, means, input);
});

interface ReadRepositories {
  readonly repositories: readonly PrioritizedRepository[];
  readonly modules: readonly ModulemdContents[];
}

async function readAll(addresses: readonly string[], { files, progress }: Means): Promise<ReadRepositories> {
  const repositories: PrioritizedRepository[] = [];
  const modules: ModulemdContents[] = [];
  for (const written of addresses) {
    const { address, priority } = prioritized(written);
    const place = await files.place(address);
    const found = await readRepositoryAt(place, {
      wantedFiles,
      progress: (n) => progress(n, `packages of ${address}`),
    });
    repositories.push({ id: address, priority, packages: found.packages });
    if (found.modules !== null) modules.push(readModulemd(found.modules, `the modules of ${address}`));
  }
  return { repositories, modules };
}

function modulesOf(all: readonly ModulemdContents[]): ModulemdContents {
  return {
    modules: all.flatMap((one) => one.modules),
    defaults: all.flatMap((one) => one.defaults),
    obsoletes: all.flatMap((one) => one.obsoletes),
    translations: 0,
  };
}

/** Files that somebody requires, in boolean requirements too. */
function wantedFiles(packages: readonly RepositoryPackage[]): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (name: string): void => {
    if (name.startsWith('/')) found.add(name);
    else if (name.startsWith('(') && name.includes('/')) namesIn('rpm', name).forEach(add);
  };
  for (const { requires } of packages) for (const { name } of requires) add(name);
  return found;
}

/** The packages that count; which do not, and why, is told. */
function chosen(
  repositories: readonly PrioritizedRepository[],
  { arches }: RpmMdInput,
  { findings }: Means,
): readonly Candidate[] {
  const all = candidatesOf(repositories);
  const base = baseArchitectures(all);
  const wanted = all.filter(({ of }) => arches.length === 0 || of.arch === 'noarch' || arches.includes(base(of.arch)));
  const newest = newestOf(wanted);
  const counts = new Set(newest);
  for (const one of wanted) {
    if (!counts.has(one)) findings.duplicate(nevraOf(one.of), 'there is a newer one, which counts');
  }
  const obsoleted = obsoletedBy(newest);
  for (const [old, by] of obsoleted) findings.leftOut(nevraOf(old.of), `${nevraOf(by.of)} obsoletes it`);
  return newest.filter((one) => !obsoleted.has(one));
}

class PackageWriter {
  /** Component -> architectures that it has packages of. */
  private readonly builtOn = new Map<number, Set<string>>();
  private readonly arches = new Set<string>();
  /** Equal requirements are mostly one object (see `DependencyCache`): they are found without a text. */
  private readonly clauses = new Map<string, Map<Dependency, number>>();

  constructor(
    private readonly builder: CatalogueBuilder,
    private readonly base: (arch: string) => string,
    private readonly sourcesAreKnown: boolean,
  ) {}

  binary(binary: RepositoryPackage): void {
    const { builder } = this;
    const nvr = (binary.sourceRpm ?? `${binary.name}-0-0`).replace(/\.(no)?src\.rpm$/, '');
    const id = componentId('rpm', nvr.replace(/-[^-]+-[^-]+$/, ''));
    const component = builder.component(id, nvr, this.sourcesAreKnown ? placeholder : 0);
    const arch = this.base(binary.arch);
    this.note(component, arch);
    const of = builder.package(component, binary.name, evrOf(binary), arch);
    const { name, epoch, version, release } = binary;
    if (!binary.provides.some((one) => one.name === name && one.version === version)) {
      this.offer(of, { name, flags: 'EQ', epoch, version, release });
    }
    for (const one of binary.provides) this.offer(of, one);
    for (const path of binary.files) builder.file(of, path);
    for (const wanted of binary.requires) builder.needs('runtime', of, this.clause(wanted, arch));
  }

  /** It is built on each architecture that it has packages of, and must find there what it needs. */
  source(source: RepositoryPackage): void {
    const component = this.builder.component(componentId('rpm', source.name), evrOf(source));
    const own = this.builtOn.get(component) ?? (this.arches.size === 1 ? this.arches : new Set(['noarch']));
    for (const wanted of source.requires) {
      for (const arch of own) this.builder.needs('build', component, this.clause(wanted, arch));
    }
  }

  private note(component: number, arch: string): void {
    if (arch === 'noarch') return;
    this.arches.add(arch);
    const known = this.builtOn.get(component);
    if (known) known.add(arch);
    else this.builtOn.set(component, new Set([arch]));
  }

  private offer(of: number, offer: Dependency): void {
    this.builder.offer(of, offer.name, dependencyText(offer).slice(offer.name.length + 1));
  }

  private clause(wanted: Dependency, arch: string): number {
    const ofArch = this.clauses.get(arch) ?? new Map<Dependency, number>();
    if (ofArch.size === 0) this.clauses.set(arch, ofArch);
    const known = ofArch.get(wanted);
    if (known !== undefined) return known;
    const text = dependencyText(wanted);
    const names = text.startsWith('(') ? namesIn('rpm', text) : [wanted.name];
    const number = this.builder.clause('rpm', text, arch, names);
    ofArch.set(wanted, number);
    return number;
  }
}

function evrOf({ epoch, version, release }: RepositoryPackage): string {
  return `${epoch === '0' ? '' : `${epoch}:`}${version}-${release}`;
}

function nevraOf(of: RepositoryPackage): string {
  return `${of.name}-${evrOf(of)}.${of.arch}`;
}
