import { globMatches } from '@millrace/kernel';
import { hasFlag, kindBits, type Network } from './network';
import { rowOf } from './rows';
import type { Texts } from './texts';
import type { UnresolvedClause } from './unresolved';
import { unresolvedIn } from './unresolved';

export type Counts = Readonly<Record<string, number>>;

/** The counts of a graph, in the words of the glossary. */
export function countsOf(network: Network): Counts {
  const edges = (bit: number): number => network.outKinds.reduce((sum, kinds) => sum + (kinds & bit ? 1 : 0), 0);
  const external = Array.from({ length: network.count }, (_, n) => n).filter((n) => hasFlag(network, n, 'external'));
  return {
    components: network.count - external.length,
    external: external.length,
    packages: network.packageNames.count,
    capabilities: network.capabilities.count,
    requirements: network.clauses.count,
    edges: network.out.targets.length,
    build_edges: edges(kindBits.build),
    runtime_edges: edges(kindBits.runtime),
    contains_edges: edges(kindBits.contains),
  };
}

/** Unresolved requirements by kind, with a few examples of each. */
export function unresolvedByKind(network: Network): Record<string, { total: number; examples: string[] }> {
  const found: Record<string, { total: number; examples: string[] }> = {};
  for (const one of unresolvedIn(network)) {
    const of = (found[one.kind] ??= { total: 0, examples: [] });
    of.total++;
    if (of.examples.length < 5) of.examples.push(wordsOf(one));
  }
  return found;
}

export function wordsOf({ component, requirement, hint }: UnresolvedClause): string {
  return `${component}: ${requirement}: ${hint}`.slice(0, 500);
}

export interface Found {
  readonly what: 'component' | 'package' | 'capability';
  readonly name: string;
  /** Whose it is. */
  readonly by: readonly string[];
}

export interface SearchResult {
  /** As far as the page goes; components first. */
  readonly found: readonly Found[];
  readonly total: number;
}

/** Names that hold a text, or match it as a pattern. */
export function searchIn(network: Network, text: string, offset: number, limit: number): SearchResult {
  const wanted = text.toLowerCase();
  const fits = /[*?]/.test(text)
    ? (name: string): boolean => globMatches(wanted, name.toLowerCase())
    : (name: string): boolean => name.toLowerCase().includes(wanted);
  const by = (n: number): string => network.components.get(network.packageComponent[n]!);
  const found: Found[] = [];
  let total = 0;
  const add = (what: Found['what'], names: Texts, owners: (n: number) => readonly string[]): void => {
    for (let n = 0; n < names.count; n++) {
      const name = names.get(n);
      if (!fits(name)) continue;
      if (total >= offset && found.length < limit) found.push({ what, name, by: owners(n) });
      total++;
    }
  };
  add('component', network.components, () => []);
  add('package', network.packageNames, (n) => [by(n)]);
  add('capability', network.capabilities, (n) => {
    const offers = rowOf(network.offers, n).subarray(0, 20);
    return [...new Set(Array.from(offers, (offer) => by(network.offerPackage[offer]!)))];
  });
  return { found, total };
}
