import { globMatches, toAppError } from '@millrace/kernel';
import {
  isRich,
  parseRichDependency,
  partsOfRich,
  RelationParser,
  satisfies,
  satisfiesRelation,
  satisfiesRich,
  type DebAlternatives,
  type DebRelation,
  type Dependency,
  type DependencyFlag,
  type RichDependency,
} from '@millrace/package-metadata';
import type { Catalogue, Scheme } from './catalogue';
import { each } from './rows';

/** What requirements are looked up in. */
export interface Offered extends Pick<
  Catalogue,
  'offers' | 'offerPackage' | 'offerText' | 'packageNames' | 'packageArch' | 'architectures'
> {
  /** The number of a capability; -1 when nobody offers or requires it. */
  find(capability: string): number;
}

export interface Clause {
  readonly scheme: Scheme;
  readonly text: string;
  /** `noarch`: of whatever architecture. */
  readonly arch: string;
  /** Its text once it is read; of Debian's only. */
  readonly relations?: DebAlternatives | undefined;
}

/** Leaves offers out: `false` for those that do not count. */
export type Counts = (offer: number, capability: string) => boolean;

const all: Counts = () => true;

/**
 * The packages that a requirement brings along. Of alternatives the first that anything satisfies; of what satisfies
 * it the package of that very name, else every one. Empty when nothing does.
 */
export function answersTo(clause: Clause, offered: Offered, counts: Counts = all, more?: Supposed): readonly number[] {
  return clause.scheme === 'deb'
    ? debAnswers(clause, offered, counts, more)
    : rpmAnswers(clause, offered, counts, more);
}

/** The number of a package that is only supposed to be there. */
export const supposed = -1;

/** What new builds would offer: is this relation satisfied by it? */
export interface Supposed {
  deb(relation: DebRelation, arch: string): boolean;
  rpm(wanted: Dependency): boolean;
}

/** Names of capabilities that a requirement mentions, every alternative's. */
export function namesIn(scheme: Scheme, text: string): readonly string[] {
  if (scheme === 'rpm') {
    if (!isRich(text)) return [dependencyOf(text).name];
    const { needs, conditions } = partsOfRich(parsedRich(text));
    return [...new Set([...needs, ...conditions].map((one) => one.name))];
  }
  return [...new Set(relations.parse(text).flatMap((clause) => clause.map((relation) => relation.name)))];
}

const relations = new RelationParser();

function debAnswers(clause: Clause, offered: Offered, counts: Counts, more?: Supposed): readonly number[] {
  const { arch } = clause;
  const alternatives = clause.relations ?? relations.parse(clause.text)[0] ?? [];
  for (const relation of alternatives) {
    if (more?.deb(relation, arch)) return [supposed];
    const found = offersOf(relation.name, offered, counts, (offer) =>
      satisfiesRelation(
        // Which packages are `allowed` and `foreign` matters only where several architectures are installed together.
        {
          name: relation.name,
          version: offered.offerText.get(offer) || null,
          architecture: arch,
          multiArch: 'allowed',
        },
        relation,
        arch,
      ),
    );
    if (found.length > 0) return preferred(found, relation.name, offered);
  }
  return [];
}

function rpmAnswers({ text, arch }: Clause, offered: Offered, counts: Counts, more?: Supposed): readonly number[] {
  const simple = (wanted: Dependency): readonly number[] =>
    more?.rpm(wanted) ? [supposed] : simpleAnswers(wanted, arch, offered, counts);
  return isRich(text) ? richAnswers(parsedRich(text), simple) : simple(dependencyOf(text));
}

/**
 * What a boolean requirement brings along when it is satisfied. Whether a condition will hold depends on what else is
 * installed: who asks only if something else is there is taken to ask.
 */
function richAnswers(rich: RichDependency, simple: (wanted: Dependency) => readonly number[]): readonly number[] {
  if (!satisfiesRich(rich, simple)) return [];
  switch (rich.kind) {
    case 'simple':
      return simple(rich.dependency);
    case 'and':
      return [...new Set(rich.of.flatMap((one) => richAnswers(one, simple)))];
    case 'or':
      return richAnswers(
        rich.of.find((one) => satisfiesRich(one, simple))!,
        simple,
      );
    case 'with': {
      const [first, ...others] = rich.of.map((one) => richAnswers(one, simple));
      return first!.filter((of) => others.every((other) => other.includes(of)));
    }
    case 'without': {
      const unwanted = new Set(richAnswers(rich.unwanted, simple));
      return richAnswers(rich.wanted, simple).filter((of) => !unwanted.has(of));
    }
    case 'if':
    case 'unless':
      return richAnswers(satisfiesRich(rich.then, simple) ? rich.then : (rich.otherwise ?? rich.then), simple);
  }
}

/** Can it be satisfied at all? A condition that does not hold asks for nothing. */
export function isSatisfied(clause: Clause, offered: Offered): boolean {
  if (answersTo(clause, offered).length > 0) return true;
  if (clause.scheme !== 'rpm' || !isRich(clause.text)) return false;
  return satisfiesRich(parsedRich(clause.text), (wanted) => simpleAnswers(wanted, clause.arch, offered, all));
}

const broken: RichDependency = { kind: 'or', of: [] };
const richOnes = new Map<string, RichDependency>();

/** One that cannot be read is never satisfied, and is listed as such. */
function parsedRich(text: string): RichDependency {
  const known = richOnes.get(text) ?? readRich(text);
  if (richOnes.size > 10_000) richOnes.clear();
  richOnes.set(text, known);
  return known;
}

function readRich(text: string): RichDependency {
  try {
    return parseRichDependency(text);
  } catch (thrown) {
    if (toAppError(thrown).kind === 'invalid') return broken;
    throw thrown;
  }
}

function simpleAnswers(wanted: Dependency, arch: string, offered: Offered, counts: Counts): readonly number[] {
  const found = offersOf(wanted.name, offered, counts, (offer) => {
    const version = offered.offerText.get(offer);
    const { packageArch, architectures, offerPackage } = offered;
    const own = architectures.get(packageArch[offerPackage[offer]!]!);
    if (own !== arch && own !== 'noarch' && arch !== 'noarch') return false;
    return satisfies(version === '' ? { name: wanted.name } : dependencyOf(`${wanted.name} ${version}`), wanted);
  });
  return preferred(found, wanted.name, offered);
}

function offersOf(name: string, offered: Offered, counts: Counts, fits: (offer: number) => boolean): number[] {
  const found: number[] = [];
  const capability = offered.find(name);
  if (capability === -1) return found;
  each(offered.offers, capability, (offer) => {
    const of = offered.offerPackage[offer]!;
    if (counts(offer, name) && !found.includes(of) && fits(offer)) found.push(of);
  });
  return found;
}

function preferred(found: number[], name: string, { packageNames }: Offered): readonly number[] {
  if (found.length < 2) return found;
  const namesakes = found.filter((of) => packageNames.get(of) === name);
  return namesakes.length > 0 ? namesakes : found;
}

const signs: Readonly<Record<string, DependencyFlag>> = { '=': 'EQ', '<': 'LT', '>': 'GT', '<=': 'LE', '>=': 'GE' };

/** Reads what `dependencyText` wrote. */
export function dependencyOf(text: string): Dependency {
  const range = / (=|<|>|<=|>=) (?:(\d+):)?([^\s-]+)(?:-(\S+))?$/.exec(text);
  if (!range || text.startsWith('(')) return { name: text };
  const [whole, sign, epoch = '0', version, release] = range;
  const name = text.slice(0, -whole.length);
  return { name, flags: signs[sign!]!, epoch, version: version!, ...(release === undefined ? {} : { release }) };
}

/** Does a pattern, or the very name, name this capability? */
export function names(pattern: string, capability: string): boolean {
  return pattern === capability || globMatches(pattern, capability);
}
