import { doors, type DoorReply } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import type { Asker } from '@millrace/service';
import { compareBuild, type Comparison } from '../domain/compare';
import { factsOfBuild, layOver, type ComponentFacts } from '../domain/facts';
import { compareOnNetwork, holdersOnNetwork } from '../domain/graph/compare-network';
import type { Graphs, OpenGraph } from '../domain/graphs';
import type { Reach } from '../domain/policy';
import { groundOfNetwork, groundOfWorld, unmetBy } from '../domain/unmet';
import type { Overlay, View, Views } from '../domain/views';
import { StreamFilter } from './left-out-streams';
import { questionAbout } from './reach';

export interface CompareRequest {
  readonly release: string;
  readonly snapshot: string;
  readonly overlay: Overlay;
  readonly component: ComponentId;
  readonly scope: 'capability' | 'direct';
  readonly contents: string;
  readonly bootstrap: boolean;
}

type Reply = DoorReply<typeof doors.resolver.compare>;

interface Sources {
  readonly views: Views;
  readonly graphs: Graphs;
  readonly asker: Asker;
}

/** What a new build takes from others, on the snapshot with the cascade's validated builds laid over it. */
export async function answerCompare(request: CompareRequest, sources: Sources): Promise<Reply> {
  const { snapshot } = request;
  if (request.bootstrap) return { snapshot, lost: [], unneeded: [], added: [] };
  const open = await sources.graphs.imported(request.release, snapshot);
  const found = open ? await onImported(request, open, sources) : await onOwn(request, sources);
  const streams = new StreamFilter(found.reach, found.ids);
  const added = found.added.filter((one) => streams.keeps(one.component));
  const unmet = found.unmet && { unmet: found.unmet.slice(0, mostUnmet).map((one) => one.slice(0, 1000)) };
  return { snapshot, lost: [...found.lost], unneeded: [], added, left_out: streams.leftOut, ...unmet };
}

const mostUnmet = 100;

interface Found extends Comparison {
  readonly reach: Reach | null;
  /** Of the whole graph. */
  readonly ids: Iterable<ComponentId>;
  /** Left out where nothing is installed. */
  readonly unmet?: readonly string[];
}

async function onOwn(request: CompareRequest, { views, asker }: Sources): Promise<Found> {
  const view = await views.at(request.release, request.snapshot, request.overlay);
  const { world, reach } = view;
  const build = await newFacts(request, view, asker);
  const found = build ? compareBuild(world, build, request.scope, reach) : { lost: [], added: [] };
  const of = { ...found, reach, ids: world.indexOf.keys() };
  if (!build || !request.component.startsWith('rpm/')) return of;
  const { world: ground } = await views.at(request.release, request.snapshot, null);
  const layers = await views.layers(request.release, request.overlay);
  return { ...of, unmet: unmetBy(groundOfWorld(ground), build, layers) };
}

async function onImported(request: CompareRequest, open: OpenGraph, { views, asker }: Sources): Promise<Found> {
  const { release, component, scope, contents } = request;
  const { network, reach } = open;
  const layers = await views.layers(release, request.overlay);
  const question = questionAbout(open, []);
  const of = { reach, ids: network.components };
  if (!component.startsWith('rpm/')) return { ...of, lost: [], added: holdersOnNetwork(network, component, question) };
  const build = factsOfBuild(await asker.ask(doors.scheduler.contents, { digest: contents }));
  const unmet = unmetBy(groundOfNetwork(network), build, layers);
  return { ...of, ...compareOnNetwork(network, { build, layers, scope, question }), unmet };
}

/** What is assembled offers nothing to others by itself: its facts stay as they are, and only its holders matter. */
async function newFacts(request: CompareRequest, { world }: View, asker: Asker): Promise<ComponentFacts | null> {
  const index = world.indexOf.get(request.component);
  const before = index === undefined ? null : world.components[index]!;
  if (!request.component.startsWith('rpm/')) return before;
  const contents = await asker.ask(doors.scheduler.contents, { digest: request.contents });
  return layOver(before, factsOfBuild(contents));
}
