import { compareDebVersions } from './deb-version';
import type { DebRelation, RelationOperator } from './relation';

export const multiArchs = ['no', 'same', 'foreign', 'allowed'] as const;
export type MultiArch = (typeof multiArchs)[number];

/** What a binary package offers under one name: itself, or a virtual package of its Provides. */
export interface DebOffer {
  readonly name: string;
  /** Null for a virtual package without a version. */
  readonly version: string | null;
  /** Of the package that makes the offer. */
  readonly architecture: string;
  readonly multiArch: MultiArch;
}

/**
 * Whether an offer satisfies a relation of a package of `architecture` (deb-control(5), multiarch-spec): the name, the
 * version (an offer without one satisfies only a relation without one), and the architecture, of which `foreign`
 * packages are free and which `:any` sets aside for `allowed` ones.
 */
export function satisfiesRelation(offer: DebOffer, relation: DebRelation, architecture: string): boolean {
  if (offer.name !== relation.name) return false;
  if (!architectureFits(offer, relation.qualifier, architecture)) return false;
  if (relation.operator === undefined) return true;
  return offer.version !== null && holds(compareDebVersions(offer.version, relation.version!), relation.operator);
}

function architectureFits(offer: DebOffer, qualifier: string | undefined, architecture: string): boolean {
  const own = offer.architecture === architecture || offer.architecture === 'all';
  if (qualifier === undefined) return own || offer.multiArch === 'foreign';
  if (qualifier === 'any') return offer.multiArch === 'allowed';
  return qualifier === 'native' ? own : offer.architecture === qualifier;
}

function holds(order: number, operator: RelationOperator): boolean {
  switch (operator) {
    case '<<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '=':
      return order === 0;
    case '>=':
      return order >= 0;
    case '>>':
      return order > 0;
  }
}
