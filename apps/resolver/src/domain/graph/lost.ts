import { clauseOf, type Network } from './network';
import { answersTo, supposed, type Counts } from './resolve-clause';
import { each } from './rows';
import { supposing } from './suppose';

/** A requirement that nothing satisfies any more, or that something else now does. */
export interface LostClause {
  readonly clause: number;
  readonly moved: boolean;
}

/** What new builds take away: capabilities by name, or all that they offer now but for what they would offer instead. */
export interface Taken {
  readonly lost: readonly string[];
  readonly provides?: readonly string[] | undefined;
}

/**
 * Requirements that break when these capabilities are no longer offered: by the changed components where they offer
 * them, else by anybody. Only requirements that they can satisfy are looked at.
 */
export function lostClauses(network: Network, taken: Taken, changed: ReadonlySet<number>): readonly LostClause[] {
  const { lost, provides } = taken;
  const instead = provides === undefined ? undefined : supposing(provides);
  const gone = goneOffers(network, lost, changed);
  if (instead) for (const offer of offersOf(network, changed)) gone.add(offer);
  const counts: Counts = (offer) => !gone.has(offer);
  const found = new Map<number, LostClause>();
  for (const clause of candidates(network, taken, changed)) {
    if (!usesGone(network, clause, gone)) continue;
    const left = answersTo(clauseOf(network, clause), network, counts, instead);
    if (!left.includes(supposed)) found.set(clause, { clause, moved: left.length > 0 });
  }
  return [...found.values()];
}

/** Names that nobody in the network offers. */
export function unknownCapabilities(network: Network, lost: readonly string[]): readonly string[] {
  return lost.filter((name) => {
    const capability = network.find(name);
    return capability === -1 || network.offers.offsets[capability] === network.offers.offsets[capability + 1];
  });
}

function candidates(network: Network, { lost, provides }: Taken, changed: ReadonlySet<number>): ReadonlySet<number> {
  const found = new Set<number>();
  for (const name of lost) {
    const capability = network.find(name);
    if (capability !== -1) each(network.mentions, capability, (clause) => found.add(clause));
  }
  if (provides === undefined) return found;
  for (const component of changed) {
    each(network.made, component, (of) => each(network.answeredBy, of, (clause) => found.add(clause)));
  }
  return found;
}

/** Everything that these components offer. */
function offersOf(network: Network, changed: ReadonlySet<number>): readonly number[] {
  const found: number[] = [];
  for (let offer = 0; offer < network.offerPackage.length; offer++) {
    if (changed.has(network.packageComponent[network.offerPackage[offer]!]!)) found.push(offer);
  }
  return found;
}

function goneOffers(network: Network, lost: readonly string[], changed: ReadonlySet<number>): Set<number> {
  const gone = new Set<number>();
  for (const name of lost) {
    const capability = network.find(name);
    if (capability === -1) continue;
    const all: number[] = [];
    each(network.offers, capability, (offer) => all.push(offer));
    const own = all.filter((offer) => changed.has(network.packageComponent[network.offerPackage[offer]!]!));
    for (const offer of own.length > 0 ? own : all) gone.add(offer);
  }
  return gone;
}

/** Was it one of these offers that satisfied it? Without them it would have been answered otherwise. */
function usesGone(network: Network, clause: number, gone: ReadonlySet<number>): boolean {
  const of = clauseOf(network, clause);
  const before = answersTo(of, network);
  if (before.length === 0) return false;
  const after = new Set(answersTo(of, network, (offer) => !gone.has(offer)));
  return before.some((one) => !after.has(one));
}
