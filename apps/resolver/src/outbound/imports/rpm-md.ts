import { componentId } from '@millrace/kernel';
import {
  candidatesOf,
  dependencyText,
  newestOf,
  obsoletedBy,
  readModulemd,
  readModules,
  readRepository,
  type Dependency,
  type PrioritizedRepository,
  type RepositoryPackage,
} from '@millrace/package-metadata';
import type { CatalogueBuilder } from '../../domain/graph/build-catalogue';
import { placeholder } from '../../domain/graph/merge';
import { namesIn } from '../../domain/graph/resolve-clause';
import { addModules } from './assembled';

export interface RpmMdInput {
  /** Repositories of source packages. */
  readonly sources: readonly string[];
  /** Repositories of binary packages; the first that has a package name gives it. */
  readonly packages: readonly string[];
}

/**
 * Reads rpm-md repositories, and the modules of the binary ones. What no source repository makes is external, unless
 * there is none. Of several versions of a package the newest counts, and none that another one obsoletes.
 */
export async function readRpmMd(input: RpmMdInput, builder: CatalogueBuilder): Promise<void> {
  for (const { of } of newestOf(candidatesOf(await readAll(input.sources)))) addSource(builder, of);
  const candidates = newestOf(candidatesOf(await readAll(input.packages)));
  const obsoleted = obsoletedBy(candidates);
  for (const candidate of candidates) {
    if (!obsoleted.has(candidate)) addBinary(builder, candidate.of, input.sources.length > 0);
  }
  for (const address of input.packages) {
    const text = await readModules(address);
    if (text !== null) addModules(readModulemd(text, address).modules, builder);
  }
}

/** Repositories in the order of their priority: the first that has a name gives it. */
async function readAll(addresses: readonly string[]): Promise<readonly PrioritizedRepository[]> {
  const found: PrioritizedRepository[] = [];
  for (const [priority, id] of addresses.entries()) {
    found.push({ id, priority, packages: await readRepository(id, { wantedFiles }) });
  }
  return found;
}

function wantedFiles(packages: readonly RepositoryPackage[]): ReadonlySet<string> {
  return new Set(packages.flatMap((one) => one.requires.map((of) => of.name)).filter((name) => name.startsWith('/')));
}

function addSource(builder: CatalogueBuilder, source: RepositoryPackage): void {
  const component = builder.component(componentId('rpm', source.name), evrOf(source));
  for (const wanted of source.requires) builder.needs('build', component, clauseOf(builder, wanted, 'noarch'));
}

function addBinary(builder: CatalogueBuilder, binary: RepositoryPackage, sourcesAreKnown: boolean): void {
  const nvr = (binary.sourceRpm ?? `${binary.name}-0-0`).replace(/\.(no)?src\.rpm$/, '');
  const id = componentId('rpm', nvr.replace(/-[^-]+-[^-]+$/, ''));
  const component = builder.component(id, nvr, sourcesAreKnown ? placeholder : 0);
  const of = builder.package(component, binary.name, evrOf(binary), binary.arch);
  const { name, epoch, version, release } = binary;
  if (!binary.provides.some((one) => one.name === name && one.version === version)) {
    addOffer(builder, of, { name, flags: 'EQ', epoch, version, release });
  }
  for (const one of binary.provides) addOffer(builder, of, one);
  for (const path of binary.files) builder.file(of, path);
  for (const wanted of binary.requires) builder.needs('runtime', of, clauseOf(builder, wanted, binary.arch));
}

function addOffer(builder: CatalogueBuilder, of: number, offer: Dependency): void {
  builder.offer(of, offer.name, dependencyText(offer).slice(offer.name.length + 1));
}

function clauseOf(builder: CatalogueBuilder, wanted: Dependency, arch: string): number {
  const text = dependencyText(wanted);
  return builder.clause('rpm', text, arch, namesIn('rpm', text));
}

function evrOf({ epoch, version, release }: RepositoryPackage): string {
  return `${epoch === '0' ? '' : `${epoch}:`}${version}-${release}`;
}
