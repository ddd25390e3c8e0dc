import { componentId } from '@millrace/kernel';
import {
  dependencyText,
  rangeText,
  type Dependency,
  type PackageInsides,
  type RepositoryPackage,
} from '@millrace/package-metadata';
import type { CatalogueBuilder } from '../../../domain/graph/build-catalogue';
import { placeholder } from '../../../domain/graph/merge';
import { namesIn } from '../../../domain/graph/resolve-clause';
import { Ints } from '../../../domain/graph/rows';
import type { Means } from '../importer';
import type { OpenPackage } from './deep-capabilities';
import type { BuildArchitectures } from './insides';

/** Writes packages into the graph: binaries first, since they show on which architectures sources are built. */
export class PackageWriter {
  /** Component -> architectures that it has packages of. */
  private readonly builtOn = new Map<number, Set<string>>();
  private readonly arches = new Set<string>();
  /** By the file name of the source package. */
  private readonly components = new Map<string, number>();
  private readonly written: RepositoryPackage[] = [];
  /** The number of each of them. */
  private readonly numbers = new Ints();
  /** Equal requirements are mostly one object (see `DependencyCache`): they are found without a text. */
  private readonly clauses = new Map<string, Map<Dependency, number>>();

  constructor(
    private readonly builder: CatalogueBuilder,
    private readonly base: (arch: string) => string,
    private readonly sourcesAreKnown: boolean,
  ) {}

  binary(binary: RepositoryPackage): void {
    const { builder } = this;
    const component = this.componentOf(binary);
    const arch = this.base(binary.arch);
    this.note(component, arch);
    const of = builder.package(component, binary.name, evrOf(binary), arch);
    this.written.push(binary);
    this.numbers.push(of);
    const { name, epoch, version, release } = binary;
    if (!binary.provides.some((one) => one.name === name && one.version === version)) {
      this.offer(of, { name, flags: 'EQ', epoch, version, release });
    }
    for (const one of binary.provides) this.offer(of, one);
    for (const path of binary.files) builder.file(of, path);
    const known = this.clausesOn(arch);
    for (const wanted of binary.requires) {
      builder.needs('runtime', of, known.get(wanted) ?? this.addClause(known, wanted, arch));
    }
  }

  private componentOf({ name, sourceRpm }: RepositoryPackage): number {
    const made = sourceRpm ?? `${name}-0-0`;
    const known = this.components.get(made);
    if (known !== undefined) return known;
    const nvr = made.replace(/\.(no)?src\.rpm$/, '');
    const id = componentId('rpm', nvr.replace(/-[^-]+-[^-]+$/, ''));
    const component = this.builder.component(id, nvr, this.sourcesAreKnown ? placeholder : 0);
    this.components.set(made, component);
    return component;
  }

  /** It is built on each architecture that it has packages of, or that it names, and must find there what it needs. */
  source(source: RepositoryPackage, told: BuildArchitectures | undefined, { findings }: Pick<Means, 'findings'>): void {
    const component = this.builder.component(componentId('rpm', source.name), evrOf(source));
    const own = told ? this.architecturesBy(told) : this.builtOn.get(component);
    if (own?.size === 0) {
      findings.leftOut(`the build of ${nevraOf(source)}`, `it is only for ${told!.only.join(', ') || 'others'}`);
    }
    const arches = own ?? (this.arches.size === 1 ? this.arches : new Set(['noarch']));
    for (const wanted of source.requires) {
      for (const arch of arches) {
        const known = this.clausesOn(arch);
        this.builder.needs('build', component, known.get(wanted) ?? this.addClause(known, wanted, arch));
      }
    }
  }

  /** The packages of the graph with what is inside of them. */
  opened(insides: ReadonlyMap<RepositoryPackage, PackageInsides>): readonly OpenPackage[] {
    return this.written.flatMap((of, n) => {
      const found = insides.get(of);
      return found ? [{ number: this.numbers.at(n), arch: this.base(of.arch), name: of.name, insides: found }] : [];
    });
  }

  /** `ExclusiveArch` and `ExcludeArch` against the architectures that there are. */
  private architecturesBy({ only, never }: BuildArchitectures): ReadonlySet<string> | undefined {
    if (only.length === 0 && never.length === 0) return undefined;
    // What is named beside noarch is where packages without an architecture are built, too.
    const named = new Set(only.filter((arch) => arch !== 'noarch').map((arch) => this.base(arch)));
    const excluded = new Set(never.map((arch) => this.base(arch)));
    return new Set([...this.arches].filter((arch) => (named.size === 0 || named.has(arch)) && !excluded.has(arch)));
  }

  private note(component: number, arch: string): void {
    if (arch === 'noarch') return;
    this.arches.add(arch);
    const known = this.builtOn.get(component);
    if (known) known.add(arch);
    else this.builtOn.set(component, new Set([arch]));
  }

  private offer(of: number, offer: Dependency): void {
    this.builder.offer(of, offer.name, rangeText(offer));
  }

  private clausesOn(arch: string): Map<Dependency, number> {
    const known = this.clauses.get(arch) ?? new Map<Dependency, number>();
    if (known.size === 0) this.clauses.set(arch, known);
    return known;
  }

  private addClause(known: Map<Dependency, number>, wanted: Dependency, arch: string): number {
    const text = dependencyText(wanted);
    const names = text.startsWith('(') ? namesIn('rpm', text) : [wanted.name];
    const number = this.builder.clause('rpm', text, arch, names);
    known.set(wanted, number);
    return number;
  }
}

export function evrOf({ epoch, version, release }: RepositoryPackage): string {
  return `${epoch === '0' ? '' : `${epoch}:`}${version}-${release}`;
}

export function nevraOf(of: RepositoryPackage): string {
  return `${of.name}-${evrOf(of)}.${of.arch}`;
}
