import { componentId } from '@millrace/kernel';
import {
  candidatesOf,
  newestOf,
  obsoletedBy,
  readModulemd,
  readRepositoryAt,
  type Candidate,
  type ModulemdContents,
  type PrioritizedRepository,
  type RepositoryPackage,
} from '@millrace/package-metadata';
import { namesIn } from '../../../domain/graph/resolve-clause';
import { importer, type Means } from '../importer';
import { addModules } from '../modulemd/add-modules';
import { baseArchitectures } from './architecture';
import { addDeepCapabilities } from './deep-capabilities';
import { withoutHiddenStreams } from './hidden-streams';
import { buildArchitecturesOf, insidesOf, type BuildArchitectures } from './insides';
import { evrOf, nevraOf, PackageWriter } from './package-writer';
import { prioritized, rpmMdInput, type RpmMdInput } from './schema';

/**
 * Reads rpm-md repositories with the modules of the binary ones. What no source repository makes is external, unless
 * there is none. Of several versions of a package the newest of the repositories with the best priority counts, and
 * none that another one obsoletes.
 */
export const rpmMd = importer('rpm-md', rpmMdInput, async (input, means) => {
  const read = await readAll([...input.sources, ...input.packages], means);
  const sources = newestOf(candidatesOf(only(read.repositories, isSource)));
  const modules = modulesOf(read.modules);
  const binaries = only(read.repositories, (one) => !isSource(one));
  const candidates = chosen(withoutHiddenStreams(binaries, modules, means.findings), input, means);
  const writer = new PackageWriter(means.builder, baseArchitectures(candidates), sources.length > 0);
  for (const { of } of sources) means.builder.component(componentId('rpm', of.name), evrOf(of));
  for (const { of } of candidates) writer.binary(of);
  const built = input.deep
    ? await buildArchitecturesOf(sources, means)
    : new Map<RepositoryPackage, BuildArchitectures>();
  for (const { of } of sources) writer.source(of, built.get(of), means);
  if (input.deep) {
    const insides = await insidesOf(candidates, means);
    addDeepCapabilities(writer.opened(insides), means.builder, means.findings);
  }
  addModules(modules, means, input);
});

/** Whatever a repository is called: it may have both. */
function isSource({ arch }: RepositoryPackage): boolean {
  return arch === 'src' || arch === 'nosrc';
}

function only(
  repositories: readonly PrioritizedRepository[],
  which: (one: RepositoryPackage) => boolean,
): readonly PrioritizedRepository[] {
  return repositories.map((one) => ({ ...one, packages: one.packages.filter(which) }));
}

interface ReadRepositories {
  readonly repositories: readonly PrioritizedRepository[];
  readonly modules: readonly ModulemdContents[];
}

async function readAll(addresses: readonly string[], means: Means): Promise<ReadRepositories> {
  const { files, progress } = means;
  const repositories: PrioritizedRepository[] = [];
  const modules: ModulemdContents[] = [];
  for (const written of addresses) {
    const { address, priority } = prioritized(written);
    const place = await files.place(address);
    const found = await readRepositoryAt(place, {
      wantedFiles,
      progress: (n) => progress(n, `packages of ${address}`),
    });
    tellDoubles(found.packages, address, means);
    repositories.push({ id: address, priority, packages: found.packages });
    if (found.modules !== null) modules.push(readModulemd(found.modules, `the modules of ${address}`));
  }
  return { repositories, modules };
}

/** The very same package twice in one repository; in two it is nothing unusual. */
function tellDoubles(packages: readonly RepositoryPackage[], address: string, { findings }: Means): void {
  const seen = new Set<string>();
  for (const one of packages) {
    if (seen.has(one.checksum)) findings.duplicate(nevraOf(one), `it is in ${address} more than once`);
    seen.add(one.checksum);
  }
}

function modulesOf(all: readonly ModulemdContents[]): ModulemdContents {
  return {
    modules: all.flatMap((one) => one.modules),
    defaults: all.flatMap((one) => one.defaults),
    obsoletes: all.flatMap((one) => one.obsoletes),
    translations: 0,
  };
}

const slash = 47;
const bracket = 40;

/** Files that somebody requires, in boolean requirements too. */
function wantedFiles(packages: readonly RepositoryPackage[]): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (name: string): void => {
    const first = name.charCodeAt(0);
    if (first === slash) found.add(name);
    else if (first === bracket && name.includes('/')) namesIn('rpm', name).forEach(add);
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
  const wanted = ofArchitectures(candidatesOf(repositories), arches);
  const newest = newestOf(wanted);
  if (newest.length < wanted.length) {
    const counts = new Set(newest);
    for (const one of wanted) {
      if (!counts.has(one)) findings.duplicate(nevraOf(one.of), 'there is a newer one, which counts');
    }
  }
  const obsoleted = obsoletedBy(newest);
  if (obsoleted.size === 0) return newest;
  for (const [old, by] of obsoleted) findings.leftOut(nevraOf(old.of), `${nevraOf(by.of)} obsoletes it`);
  return newest.filter((one) => !obsoleted.has(one));
}

function ofArchitectures(all: readonly Candidate[], arches: readonly string[]): readonly Candidate[] {
  if (arches.length === 0) return all;
  const base = baseArchitectures(all);
  return all.filter(({ of }) => of.arch === 'noarch' || arches.includes(base(of.arch)));
}
