import { schemes, type Catalogue, type Scheme } from './catalogue';
import { answersTo, type Clause, type Offered } from './resolve-clause';
import { composed, Ints, rowsOf, upTo, type Rows } from './rows';
import { sortedNames } from './sorted-names';
import { textsOf } from './texts';

type Kind = 'build' | 'recipe' | 'installs' | 'runtime' | 'contains' | 'builtOn';

class Pairs {
  readonly from = new Ints();
  readonly to = new Ints();
}

/** Takes facts one after another, in any order, and makes a catalogue of them. */
export class CatalogueBuilder {
  private readonly components = new Map<string, number>();
  private readonly versions: string[] = [];
  private readonly flags = new Ints();
  private readonly packageNames: string[] = [];
  private readonly packageVersions: string[] = [];
  private readonly packageComponent = new Ints();
  private readonly packageArch = new Ints();
  private readonly architectures = new Map<string, number>([['noarch', 0]]);
  private readonly clauseTexts: string[] = [];
  private readonly clauseScheme = new Ints();
  private readonly clauseArch = new Ints();
  /** By scheme and architecture, then by text. */
  private readonly clauseNumbers = new Map<string, Map<string, number>>();
  private readonly relations: Clause['relations'][] = [];
  private readonly mentions = new Pairs();
  private readonly capabilities = new Map<string, number>();
  private readonly offers = new Pairs();
  private readonly offerTexts: string[] = [];
  private readonly files: { readonly of: number; readonly path: string }[] = [];
  private readonly problems: string[] = [];
  private readonly pairs: Readonly<Record<Kind, Pairs>> = {
    ...{ build: new Pairs(), recipe: new Pairs(), installs: new Pairs() },
    ...{ runtime: new Pairs(), contains: new Pairs(), builtOn: new Pairs() },
  };

  /** Adds a component, or finds it again; the first version that is not empty counts. */
  component(id: string, version = '', flags = 0): number {
    const known = this.components.get(id);
    if (known !== undefined) {
      if (this.versions[known] === '') this.versions[known] = version;
      // What is only named somewhere gives way to what a source tells of it.
      this.flags.set(known, this.flags.at(known) & flags);
      return known;
    }
    const number = this.components.size;
    this.components.set(id, number);
    this.versions.push(version);
    this.flags.push(flags);
    return number;
  }

  package(component: number, name: string, version: string, arch: string): number {
    this.packageNames.push(name);
    this.packageVersions.push(version);
    this.packageComponent.push(component);
    this.packageArch.push(this.arch(arch));
    return this.packageNames.length - 1;
  }

  /** @param text  version with its sign, as people write it; empty without one */
  offer(of: number, name: string, text: string): void {
    this.offers.from.push(this.capability(name));
    this.offers.to.push(of);
    this.offerTexts.push(text);
  }

  /** A file counts as an offer only when somebody requires it. */
  file(of: number, path: string): void {
    this.files.push({ of, path });
  }

  /**
   * The number of a requirement; equal ones have the same.
   * @param relations  the text as it was read, where the caller has it
   */
  clause(
    scheme: Scheme,
    text: string,
    arch: string,
    names: readonly string[],
    relations?: Clause['relations'],
  ): number {
    const alike = this.clausesOf(scheme, arch);
    const known = alike.get(text);
    if (known !== undefined) return known;
    const number = this.clauseTexts.length;
    alike.set(text, number);
    this.clauseTexts.push(text);
    this.relations.push(relations);
    this.clauseScheme.push(schemes.indexOf(scheme));
    this.clauseArch.push(this.arch(arch));
    for (const name of names) {
      this.mentions.from.push(this.capability(name));
      this.mentions.to.push(number);
    }
    return number;
  }

  /** A requirement (`build`, `recipe`, `installs` of a component, `runtime` of a package), or a component by number. */
  needs(kind: Kind, from: number, to: number): void {
    this.pairs[kind].from.push(from);
    this.pairs[kind].to.push(to);
  }

  problem(component: string, what: string, hint: string): void {
    this.problems.push(component, what, hint);
  }

  /** @param answers  what satisfies each requirement, where it is known already */
  finish(answers?: (clause: number) => readonly number[]): Catalogue {
    for (const { of, path } of this.files) if (this.capabilities.has(path)) this.offer(of, path, '');
    const components = sortedNames(this.components);
    const capabilities = sortedNames(this.capabilities);
    const place = (rows: Pairs): Int32Array => rows.from.view().map((n) => components.place[n]!);
    const ofComponent = (kind: Kind): Rows =>
      once(
        rowsOf(components.names.length, place(this.pairs[kind]), this.pairs[kind].to.view()),
        this.clauseTexts.length,
      );
    const between = (kind: Kind): Rows =>
      once(
        rowsOf(
          components.names.length,
          place(this.pairs[kind]),
          this.pairs[kind].to.view().map((n) => components.place[n]!),
        ),
        components.names.length,
      );
    const byCapability = (rows: Pairs, to: Int32Array): Rows =>
      rowsOf(
        capabilities.names.length,
        rows.from.view().map((n) => capabilities.place[n]!),
        to,
      );
    const part = {
      components: textsOf(components.names),
      versions: textsOf(components.order.map((n) => this.versions[n]!)),
      flags: Uint8Array.from(components.order, (n) => this.flags.at(n)),
      packageNames: textsOf(this.packageNames),
      packageVersions: textsOf(this.packageVersions),
      packageComponent: this.packageComponent.view().map((n) => components.place[n]!),
      packageArch: Uint8Array.from(this.packageArch.view()),
      architectures: textsOf([...this.architectures.keys()]),
      clauses: textsOf(this.clauseTexts),
      clauseScheme: Uint8Array.from(this.clauseScheme.view()),
      clauseArch: Uint8Array.from(this.clauseArch.view()),
      ...{ build: ofComponent('build'), recipe: ofComponent('recipe'), installs: ofComponent('installs') },
      runtime: once(
        rowsOf(this.packageNames.length, this.pairs.runtime.from.view(), this.pairs.runtime.to.view()),
        this.clauseTexts.length,
      ),
      ...{ contains: between('contains'), builtOn: between('builtOn') },
      capabilities: textsOf(capabilities.names),
      offers: byCapability(this.offers, upTo(this.offerTexts.length)),
      offerPackage: this.offers.to.copy(),
      offerText: textsOf(this.offerTexts),
      mentions: byCapability(this.mentions, this.mentions.to.view()),
      problems: textsOf(this.problems),
    };
    const find = (name: string): number => capabilities.place[this.capabilities.get(name) ?? -1] ?? -1;
    return { ...part, answers: this.answered(answers ?? this.resolver({ ...part, find })) };
  }

  private resolver(offered: Offered): (clause: number) => readonly number[] {
    const arches = [...this.architectures.keys()];
    return (clause) => {
      const scheme = schemes[this.clauseScheme.at(clause)]!;
      const arch = arches[this.clauseArch.at(clause)]!;
      return answersTo({ scheme, text: this.clauseTexts[clause]!, arch, relations: this.relations[clause] }, offered);
    };
  }

  private answered(answers: (clause: number) => readonly number[]): Rows {
    const count = this.clauseTexts.length;
    const offsets = new Int32Array(count + 1);
    const targets = new Ints();
    for (let clause = 0; clause < count; clause++) {
      for (const of of answers(clause)) targets.push(of);
      offsets[clause + 1] = targets.length;
    }
    return { count, offsets, targets: targets.copy() };
  }

  private clausesOf(scheme: Scheme, arch: string): Map<string, number> {
    const key = `${scheme} ${arch}`;
    const known = this.clauseNumbers.get(key) ?? new Map<string, number>();
    if (known.size === 0) this.clauseNumbers.set(key, known);
    return known;
  }

  private arch(name: string): number {
    const known = this.architectures.get(name);
    if (known !== undefined) return known;
    this.architectures.set(name, this.architectures.size);
    return this.architectures.size - 1;
  }

  private capability(name: string): number {
    const known = this.capabilities.get(name);
    if (known !== undefined) return known;
    this.capabilities.set(name, this.capabilities.size);
    return this.capabilities.size - 1;
  }
}

/** Each target once per row. */
function once(rows: Rows, columns: number): Rows {
  return composed(rows, (target, visit) => visit(target), columns);
}
