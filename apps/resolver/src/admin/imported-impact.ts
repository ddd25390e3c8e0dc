import type { DoorReply, doors } from '@millrace/contracts';
import { orderSet } from '../domain/graph/order-set';
import { everythingAbove } from '../domain/graph/above';
import { spreadOf } from '../domain/graph/spread';
import { componentIn } from '../domain/graph/unresolved';
import type { OpenGraph } from '../domain/graphs';
import { inWords } from '../domain/order';
import type { ImpactRequest } from './impact';
import { everything, questionAbout } from './reach';

type Reply = DoorReply<typeof doors.resolver.impact>;

/** The order of some components of an imported graph, and how far a change of them may go. */
export function importedImpact(open: OpenGraph, { members, preview }: ImpactRequest): Reply {
  const { network, snapshot } = open;
  const unknown: Reply['unknown'] = [];
  const known = members === 'all' ? [...everything(open)] : knownOf(open, members, unknown);
  const { rebuilds, knots, tiers } = inWords(network, orderSet(network, known));
  const question = questionAbout(open, known);
  const ids = (set: Iterable<number>): string[] => Array.from(set, (n) => network.components.get(n));
  return {
    ...{ snapshot, tiers, unknown, rebuilds: [...rebuilds], knots: knots.map((knot) => [...knot]) },
    likely: preview && members !== 'all' ? ids(spreadOf(network, question).capability.members()) : [],
    atMost: preview && members !== 'all' ? ids(everythingAbove(network, known, question)) : [],
  };
}

function knownOf({ network }: OpenGraph, members: readonly string[], unknown: Reply['unknown']): readonly number[] {
  const known = new Set<number>();
  for (const component of members) {
    const found = componentIn(network, component);
    if ('number' in found) known.add(found.number);
    else unknown.push({ component, hint: found.hint });
  }
  return [...known];
}
