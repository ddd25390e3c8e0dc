import { componentId } from '@millrace/kernel';
import {
  dependenciesIn,
  openCompressed,
  readDebPackages,
  readDebSources,
  relationText,
  type DebAlternatives,
  type DebBinary,
  type DebContext,
  type DebDependencies,
  type DebSource,
} from '@millrace/package-metadata';
import { CatalogueBuilder } from '../../domain/graph/build-catalogue';
import { flag } from '../../domain/graph/catalogue';

export interface Deb822Input {
  readonly sources: string;
  readonly packages: string;
  readonly arch: string;
}

/** Reads Debian's `Sources` and `Packages` into a builder. Both may be compressed. */
export async function readDeb822(
  input: Deb822Input,
  builder: CatalogueBuilder,
  progress: (read: number) => void = () => undefined,
): Promise<void> {
  const clauses = new Clauses(builder, { architecture: input.arch, profiles: new Set() });
  let read = 0;
  for await (const source of readDebSources(openCompressed(input.sources), input.sources)) {
    if (!source.extraSourceOnly) addSource(builder, source, clauses);
    if (++read % 5000 === 0) progress(read);
  }
  for await (const binary of readDebPackages(openCompressed(input.packages), input.packages)) {
    addBinary(builder, binary, clauses, input.arch);
    if (++read % 5000 === 0) progress(read);
  }
}

function addSource(builder: CatalogueBuilder, source: DebSource, clauses: Clauses): void {
  const id = componentId('deb', source.name);
  if (builder.has(id)) builder.problem(id, `version ${source.version}`, 'it is there twice: the first one counts');
  const component = builder.component(id, source.version);
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
    const plain = alternatives.map(({ name, qualifier, operator, version }) =>
      relationText({
        name,
        ...(qualifier === undefined ? {} : { qualifier }),
        ...(operator === undefined ? {} : { operator, version: version! }),
      }),
    );
    const names = [...new Set(alternatives.map((one) => one.name))];
    return this.builder.clause('deb', plain.join(' | '), this.context.architecture, names);
  }
}
