import type { DoorReply, doors } from '@millrace/contracts';
import { everythingAbove } from '../domain/graph/above';
import { spreadOf } from '../domain/graph/spread';
import { componentIn } from '../domain/graph/unresolved';
import { withBuilds } from '../domain/graph/with-builds';
import type { OpenGraph } from '../domain/graphs';
import type { ComponentFacts } from '../domain/facts';
import { inWords } from '../domain/order';
import { manyMembers, ordersHere, type Orders } from '../domain/orders';
import type { ImpactRequest } from './impact';
import { StreamFilter } from './left-out-streams';
import { partOf } from './page';
import { everything, questionAbout } from './reach';

type Reply = DoorReply<typeof doors.resolver.impact>;

/**
 * The order of some components of an imported graph, and how far a change of them may go.
 * @param builds  what a cascade built so far: these are ordered by what they are built with now
 */
export async function importedImpact(
  open: OpenGraph,
  request: ImpactRequest,
  orders: Orders,
  builds: readonly ComponentFacts[],
): Promise<Reply> {
  const { members, preview } = request;
  const { network, snapshot, reach } = open;
  const streams = new StreamFilter(reach, network.components);
  const unknown: Reply['unknown'] = [];
  const known = members === 'all' ? allOf(open, streams) : knownOf(open, members, unknown);
  // Builds lie over the graph in this thread alone.
  const isHere = builds.length > 0 || open.stored === null || known.length < manyMembers;
  const over = { ...open, network: withBuilds(network, builds) };
  const order = await (isHere ? ordersHere : orders).of(over, Int32Array.from(known), 'install');
  const { rebuilds, knots, tiers } = inWords(network, order);
  const question = questionAbout(open, known);
  const ids = (set: Iterable<number>): string[] =>
    Array.from(set, (n) => network.components.get(n)).filter((id) => streams.keeps(id));
  const isPreview = preview && members !== 'all';
  return {
    ...{ snapshot, tiers, unknown, total: rebuilds.length, rebuilds: partOf(rebuilds, request) },
    knots: knots.map((knot) => [...knot]),
    likely: isPreview ? ids(spreadOf(network, question).capability.members()) : [],
    atMost: isPreview ? ids(everythingAbove(network, known, question)) : [],
    left_out: streams.leftOut,
  };
}

function allOf(open: OpenGraph, streams: StreamFilter): readonly number[] {
  return [...everything(open)].filter((n) => streams.keeps(open.network.components.get(n)));
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
