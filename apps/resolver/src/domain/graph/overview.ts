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
  /** Architectures that it is there for; those of components are their packages'. */
  readonly arches: readonly string[];
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
  const found: Found[] = [];
  let total = 0;
  const add = (what: Found['what'], names: Texts, packagesOf: (n: number) => Int32Array): void => {
    for (let n = 0; n < names.count; n++) {
      const name = names.get(n);
      if (!fits(name)) continue;
      if (total >= offset && found.length < limit)
        found.push({ what, name, ...standing(network, packagesOf(n), what) });
      total++;
    }
  };
  add('component', network.components, (n) => rowOf(network.made, n));
  add('package', network.packageNames, (n) => Int32Array.of(n));
  add('capability', network.capabilities, (n) => {
    return rowOf(network.offers, n).map((offer) => network.offerPackage[offer]!);
  });
  return { found, total };
}

/** Owners that are named of a capability that many offer. */
const mostOwners = 20;

function standing(network: Network, packages: Int32Array, what: Found['what']): Pick<Found, 'by' | 'arches'> {
  const { packageArch, architectures, packageComponent, components } = network;
  const owners = what === 'component' ? [] : packages.map((of) => packageComponent[of]!);
  return {
    by: Array.from(new Set(owners), (owner) => components.get(owner)).slice(0, mostOwners),
    arches: Array.from(new Set(packages.map((of) => packageArch[of]!)), (arch) => architectures.get(arch)).sort(),
  };
}

/** Packages by architecture: `packages_x86_64`. */
export function packagesByArchitecture({ packageArch, architectures }: Network): Counts {
  const counts: Record<string, number> = {};
  for (const arch of packageArch) {
    const name = `packages_${architectures.get(arch)}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
