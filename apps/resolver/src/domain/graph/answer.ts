import { becauseOf } from '../order';
import { levelsOf } from './levels';
import { unknownCapabilities } from './lost';
import type { Network } from './network';
import { orderSet, type OrderedSet } from './order-set';
import { largeLevels, largeOrder } from './large-sets';
import { everythingAbove, scopes, spreadOf, type Hit, type Question, type Scope, type Spread } from './spread';

export interface ReachMember {
  readonly id: string;
  /** Longest chain of build chroots below it within the set; members of a knot share one. */
  readonly tier: number;
  readonly pass: number;
  /** The fewest members that must be built before it. */
  readonly needs: readonly string[];
  readonly why: readonly string[];
}

export interface ReachAnswer {
  readonly components: number;
  readonly tiers: number;
  readonly knots: number;
  readonly set: readonly ReachMember[];
  readonly scopes: Readonly<Record<Scope, { readonly components: number; readonly tiers: number }>>;
  readonly needsChange: readonly { readonly id: string; readonly requirement: string }[];
  readonly moved: readonly { readonly id: string; readonly requirement: string }[];
  /** Capabilities that were named as lost and that nobody offers. */
  readonly notOffered: readonly string[];
}

/** Reasons that are given for one component at most. */
const mostReasons = 5;

/** How far a change goes in a scope, in which order that is rebuilt, and how far it would go in the others. */
export function reachOf(network: Network, question: Question, scope: Scope): ReachAnswer {
  const spread = spreadOf(network, question);
  const above = everythingAbove(network, question.changed, question);
  const counts = countsOf(network, spread, above, question.changed);
  const set = scope === 'transitive' ? above : Int32Array.from(spread[scope].keys());
  const { tierOf, tiers, knots } =
    scope === 'transitive' ? largeLevels(network, above, question.changed) : levelsOf(network, set);
  const ordered = scope === 'transitive' ? largeOrder(network, set, question.changed) : orderSet(network, set, 'build');
  const hits = scope === 'transitive' ? spread.direct : spread[scope];
  return {
    ...{ components: set.length, tiers, knots: knots.length },
    set: membersOf(network, ordered, tierOf, hits),
    scopes: { ...counts, [scope]: { components: set.length, tiers } },
    needsChange: listed(network, spread.needsChange),
    moved: listed(network, spread.moved),
    notOffered: unknownCapabilities(network, question.lost),
  };
}

function countsOf(
  network: Network,
  spread: Spread,
  above: Int32Array,
  changed: readonly number[],
): ReachAnswer['scopes'] {
  const count = (scope: Scope): { components: number; tiers: number } => {
    if (scope === 'transitive') {
      return { components: above.length, tiers: largeLevels(network, above, changed).tiers };
    }
    const set = spread[scope];
    return { components: set.size, tiers: set.size === 0 ? 0 : levelsOf(network, set.keys()).tiers };
  };
  return Object.fromEntries(scopes.map((scope) => [scope, count(scope)])) as ReachAnswer['scopes'];
}

function membersOf(
  network: Network,
  { steps }: OrderedSet,
  tierOf: ReadonlyMap<number, number>,
  hits: ReadonlyMap<number, readonly Hit[]>,
): readonly ReachMember[] {
  const members = steps.map((step) => {
    const reasons = (hits.get(step.component) ?? []).slice(0, mostReasons).map(wordsOf);
    return {
      id: network.components.get(step.component),
      tier: tierOf.get(step.component)!,
      pass: step.pass,
      needs: Array.from(step.needs, (n) => network.components.get(steps[n]!.component)),
      why: step.knot ? [...reasons, becauseOf(network, step)] : reasons,
    };
  });
  return members.sort((a, b) => a.tier - b.tier || (a.id < b.id ? -1 : a.id > b.id ? 1 : a.pass - b.pass));
}

function wordsOf({ kind, text }: Hit): string {
  switch (kind) {
    case 'build':
      return `it is built with ${text}`;
    case 'runtime':
      return `a package of it requires ${text}`;
    case 'contains':
      return `it contains ${text}`;
    case 'embedding':
      return `it takes a copy of what ${text} gives`;
    case 'needs-change':
      return `its build requires ${text}, which is lost: it needs a change`;
    case 'moved':
      return `it requires ${text}, which somebody else satisfies now`;
  }
}

function listed(network: Network, hits: readonly Hit[]): { id: string; requirement: string }[] {
  return hits.map(({ component, text }) => ({ id: network.components.get(component), requirement: text }));
}
