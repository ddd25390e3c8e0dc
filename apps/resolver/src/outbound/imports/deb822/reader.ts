import { componentId } from '@millrace/kernel';
import {
  compareDebVersions,
  dependenciesIn,
  openCompressed,
  readDebPackages,
  readDebSources,
  relationText,
  type DebAlternatives,
  type DebBinary,
  type DebContext,
  type DebDependencies,
  type DebRelation,
  type DebSource,
} from '@millrace/package-metadata';
import type { CatalogueBuilder } from '../../../domain/graph/build-catalogue';
import { flag } from '../../../domain/graph/catalogue';
import { importer, type Means } from '../importer';
import { deb822Input } from './schema';

/** Debian's `Sources` and `Packages`, for one architecture and the build profiles that hold. Both may be compressed. */
export const deb822 = importer('deb822', deb822Input, async (input, means) => {
  const { builder, files, progress } = means;
  const clauses = new Clauses(builder, { architecture: input.arch, profiles: new Set(input.profiles) });
  const sources = new Map<string, DebSource>();
  const [sourcesAt, packagesAt] = [input.sources[0]!, input.packages[0]!];
  let read = 0;
  for await (const source of readDebSources(openCompressed(await files.path(sourcesAt)), sourcesAt)) {
    if (!source.extraSourceOnly) keepNewest(sources, source, means);
    if (++read % 5000 === 0) progress(read, 'sources');
  }
  for (const source of sources.values()) addSource(builder, source, clauses);
  read = 0;
  /** Packages that nobody may ask for as `name:any`, with their components. */
  const closed = new Map<string, string>();
  for await (const binary of readDebPackages(openCompressed(await files.path(packagesAt)), packagesAt)) {
    addBinary(builder, binary, clauses, input.arch);
    if (binary.multiArch === 'allowed') closed.delete(binary.name);
    else closed.set(binary.name, componentId('deb', binary.source.name));
    if (++read % 5000 === 0) progress(read, 'packages');
  }
  for (const name of clauses.anywhere) {
    const id = closed.get(name);
    if (id !== undefined) builder.problem(id, `${name}:any`, 'it is asked for so, and is not Multi-Arch: allowed');
  }
});

/** An archive may hold several versions of a source: the newest is built. */
function keepNewest(sources: Map<string, DebSource>, source: DebSource, { findings }: Means): void {
  const known = sources.get(source.name);
  if (!known) {
    sources.set(source.name, source);
    return;
  }
  const isNewer = compareDebVersions(source.version, known.version) > 0;
  const [newer, older] = isNewer ? [source, known] : [known, source];
  findings.duplicate(componentId('deb', source.name), `version ${older.version}: ${newer.version} counts`);
  if (isNewer) sources.set(source.name, source);
}

function addSource(builder: CatalogueBuilder, source: DebSource, clauses: Clauses): void {
  const component = builder.component(componentId('deb', source.name), source.version);
  for (const wanted of [source.buildDepends, source.buildDependsArch, source.buildDependsIndep]) {
    clauses.each(wanted, (clause) => builder.needs('build', component, clause));
  }
}

function addBinary(builder: CatalogueBuilder, binary: DebBinary, clauses: Clauses, arch: string): void {
  if (binary.architecture !== arch && binary.architecture !== 'all') return;
  const id = componentId('deb', binary.source.name);
  const component = builder.component(id, binary.source.version, flag.sourceless);
  const of = builder.package(component, binary.name, binary.version, binary.architecture);
  builder.offer(of, binary.name, binary.version);
  for (const { name, version } of binary.provides) builder.offer(of, name, version ?? '');
  clauses.each(binary.depends, (clause) => builder.needs('runtime', of, clause));
}

/** Equal alternatives are one object (see `RelationParser`), so that nearly all are found without a text. */
class Clauses {
  /** Names that somebody asks for as `name:any`. */
  readonly anywhere = new Set<string>();
  private readonly numbers = new Map<DebAlternatives, number>();

  constructor(
    private readonly builder: CatalogueBuilder,
    private readonly context: DebContext,
  ) {}

  each(dependencies: DebDependencies, visit: (clause: number) => void): void {
    for (const alternatives of dependencies) {
      const known = this.numbers.get(alternatives) ?? this.add(alternatives);
      if (known !== -1) visit(known);
    }
  }

  private add(alternatives: DebAlternatives): number {
    const [left] = dependenciesIn([alternatives], this.context);
    const number = left === undefined ? -1 : this.clauseOf(left);
    this.numbers.set(alternatives, number);
    return number;
  }

  private clauseOf(alternatives: DebAlternatives): number {
    for (const { name, qualifier } of alternatives) if (qualifier === 'any') this.anywhere.add(name);
    const text = alternatives.map((one) => relationText(plain(one))).join(' | ');
    const names = alternatives.length === 1 ? [alternatives[0]!.name] : new Set(alternatives.map((one) => one.name));
    return this.builder.clause('deb', text, this.context.architecture, [...names], alternatives);
  }
}

/** Without what was for other architectures and profiles. */
function plain(relation: DebRelation): DebRelation {
  if (!relation.architectures && !relation.profiles) return relation;
  const { name, qualifier, operator, version } = relation;
  return {
    name,
    ...(qualifier === undefined ? {} : { qualifier }),
    ...(operator === undefined ? {} : { operator, version: version! }),
  };
}
