import { componentId } from '@millrace/kernel';
import { dependencyText, readRepository, type Dependency, type RepositoryPackage } from '@millrace/package-metadata';
import type { CatalogueBuilder } from '../../domain/graph/build-catalogue';
import { placeholder } from '../../domain/graph/merge';

export interface RpmMdInput {
  /** Repositories of source packages. */
  readonly sources: readonly string[];
  /** Repositories of binary packages; of one package name and architecture the first repository counts. */
  readonly packages: readonly string[];
}

/** Reads rpm-md repositories. What no source repository makes is external, unless there is none. */
export async function readRpmMd(input: RpmMdInput, builder: CatalogueBuilder): Promise<void> {
  for (const address of input.sources) {
    for (const one of await readRepository(address)) addSource(builder, one);
  }
  const seen = new Map<string, string>();
  for (const address of input.packages) {
    for (const one of await readRepository(address, { wantedFiles })) {
      const key = `${one.name} ${one.arch}`;
      if ((seen.get(key) ?? address) !== address) continue;
      seen.set(key, address);
      addBinary(builder, one, input.sources.length > 0);
    }
  }
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
  return builder.clause('rpm', dependencyText(wanted), arch, [wanted.name]);
}

function evrOf({ epoch, version, release }: RepositoryPackage): string {
  return `${epoch === '0' ? '' : `${epoch}:`}${version}-${release}`;
}
