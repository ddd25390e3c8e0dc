import { didYouMean } from '../suggest';
import { clauseOf, hasFlag, type Network } from './network';
import { isSatisfied, namesIn } from './resolve-clause';
import { each, rowOf } from './rows';

export interface UnresolvedClause {
  readonly component: string;
  readonly kind: 'build' | 'runtime' | 'contains' | 'problem';
  readonly requirement: string;
  readonly hint: string;
}

/** Requirements of the release's own components that nothing satisfies, and what could not be read. */
export function unresolvedIn(network: Network): readonly UnresolvedClause[] {
  const found: UnresolvedClause[] = [];
  const seen = new Set<string>();
  for (let clause = 0; clause < network.clauses.count; clause++) {
    if (rowOf(network.answers, clause).length > 0) continue;
    if (isSatisfied(clauseOf(network, clause), network)) continue;
    const { text } = clauseOf(network, clause);
    const add = (of: number, kind: UnresolvedClause['kind']): void => {
      const component = network.components.get(of);
      const key = `${component} ${kind} ${text}`;
      if (hasFlag(network, of, 'external') || seen.has(key)) return;
      seen.add(key);
      found.push({ component, kind, requirement: text, hint: hintFor(network, clause) });
    };
    each(network.builders, clause, (of) => add(of, 'build'));
    each(network.runners, clause, (of) => add(network.packageComponent[of]!, 'runtime'));
    each(network.installers, clause, (of) => add(of, 'contains'));
  }
  const { problems } = network;
  for (let n = 0; n < problems.count; n += 3) {
    const [component, requirement, hint] = [problems.get(n), problems.get(n + 1), problems.get(n + 2)];
    found.push({ component, kind: 'problem', requirement, hint });
  }
  return found.sort((a, b) => (a.component < b.component ? -1 : a.component > b.component ? 1 : 0));
}

function hintFor(network: Network, clause: number): string {
  const { scheme, text } = clauseOf(network, clause);
  if (text.startsWith('(')) return 'a rich (boolean) requirement that nothing satisfies';
  for (const name of namesIn(scheme, text)) {
    const capability = network.find(name);
    const offers = capability === -1 ? [] : [...rowOf(network.offers, capability)];
    const elsewhere = otherArchitectures(network, clause, offers);
    if (elsewhere.length > 0) return `there is ${name} only for ${elsewhere.join(', ')}`;
    if (offers.length > 0) {
      const versions = offers.slice(0, 3).map((offer) => `${name} ${network.offerText.get(offer)}`.trim());
      return `there is only ${versions.join(', ')}`;
    }
  }
  return 'nothing in the graph provides it: it may be of another repository, architecture or suite';
}

/** Where all offers are packages of architectures that do not count for a requirement: those. */
function otherArchitectures(network: Network, clause: number, offers: readonly number[]): readonly string[] {
  const { scheme, arch } = clauseOf(network, clause);
  const arches = offers.map((offer) => network.architectures.get(network.packageArch[network.offerPackage[offer]!]!));
  if (scheme !== 'rpm' || arch === 'noarch' || arches.some((one) => one === arch || one === 'noarch')) return [];
  return [...new Set(arches)].sort();
}

/** The number of a component. `null`: there is none, and the hint says what may be meant. */
export function componentIn(network: Network, id: string): { readonly number: number } | { readonly hint: string } {
  const number = network.components.find(id);
  return number === -1 ? { hint: didYouMean(id, network.components) } : { number };
}
