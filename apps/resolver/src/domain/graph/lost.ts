import { clauseOf, type Network } from './network';
import { answersTo, type Counts } from './resolve-clause';
import { each } from './rows';

/** A requirement that nothing satisfies any more, or that something else now does. */
export interface LostClause {
  readonly clause: number;
  readonly moved: boolean;
}

/**
 * Requirements that break when these capabilities are no longer offered: by the changed components where they offer
 * them, else by anybody. Only requirements that name them are looked at.
 */
export function lostClauses(
  network: Network,
  lost: readonly string[],
  changed: ReadonlySet<number>,
): readonly LostClause[] {
  const gone = goneOffers(network, lost, changed);
  const counts: Counts = (offer) => !gone.has(offer);
  const found = new Map<number, LostClause>();
  for (const name of lost) {
    const capability = network.find(name);
    if (capability === -1) continue;
    each(network.mentions, capability, (clause) => {
      if (found.has(clause) || !usesGone(network, clause, gone)) return;
      found.set(clause, { clause, moved: answersTo(clauseOf(network, clause), network, counts).length > 0 });
    });
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

function goneOffers(network: Network, lost: readonly string[], changed: ReadonlySet<number>): ReadonlySet<number> {
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
