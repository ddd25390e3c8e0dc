import { toolsOf, type DoorReply, type doors } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { outlineOf, Reach as Answer, type Outline } from '../domain/graph/answer';
import { supposedChanges } from '../domain/graph/capability-changes';
import { directTiers } from '../domain/graph/direct-tiers';
import { hasFlag, kindBits, type Network } from '../domain/graph/network';
import { names } from '../domain/graph/resolve-clause';
import type { LeftOut } from '../domain/module-streams';
import { writeReach } from '../domain/graph/write-reach';
import type { DependencyKind } from '../domain/neighbours';
import { WrittenAnswer } from '@millrace/service';
import { levelsOf } from '../domain/graph/levels';
import { keepOrder } from '../domain/graph/large-sets';
import { leftOutToday } from './left-out-streams';
import { paged, type Page } from './page';
import { pathsBetween } from '../domain/graph/paths';
import type { Question, Scope } from '../domain/graph/spread';
import { componentIn } from '../domain/graph/unresolved';
import type { Graphs, OpenGraph } from '../domain/graphs';
import { largeKnot, type Orders } from '../domain/orders';
import { isRebuildable, type Reach } from '../domain/policy';
import { emptyFacts } from '../domain/facts';

type Replies = {
  readonly [Name in 'tiers' | 'paths']: DoorReply<(typeof doors.resolver)[Name]>;
};

interface At {
  readonly release: string;
  readonly snapshot?: string | undefined;
}

export interface ReachRequest extends At, Partial<Narrowed> {
  readonly changed: readonly string[];
  readonly scope?: Scope | undefined;
  readonly lost: readonly string[];
  readonly tools: readonly string[];
  readonly provides?: readonly string[] | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly levels?: boolean | undefined;
}

/** What of the graph counts for a question. */
interface Narrowed {
  readonly kinds: readonly DependencyKind[] | undefined;
  readonly types: readonly string[] | undefined;
  readonly stop: readonly string[];
}

/** The answer as it is written; a set of thousands is not made twice. */
export async function answerReach(request: ReachRequest, graphs: Graphs, orders: Orders): Promise<WrittenAnswer> {
  const open = await graphs.open(request.release, request.snapshot);
  const { network, reach, snapshot } = open;
  const takes = request.lost.length > 0 || request.provides !== undefined;
  const scope = request.scope ?? (takes ? 'capability' : (reach?.scope ?? 'direct'));
  const changed = [...new Set(request.changed)].map((id) => numberOf(open, id));
  const question = narrowed(
    open,
    { ...questionAbout(open, changed, request.lost, request.tools), provides: request.provides },
    request,
  );
  const ids = changed.map((n) => network.components.get(n));
  const head = { snapshot, release: request.release, changed: ids, scope };
  const page = { offset: request.offset ?? 0, limit: request.limit };
  const left = leftOutToday(reach, network.components);
  const counts = withoutThese(network, question.counts, left);
  const outline = outlineOf(network, { ...question, counts }, scope);
  await orderedElsewhere(open, outline, orders);
  const answer = new Answer(outline);
  const levels = request.levels === true ? levelsAsOthers(network, changed, answer) : undefined;
  const capabilities = supposedChanges(network, question) ?? undefined;
  const left_out = [...left, ...leftByImport(open)];
  return new WrittenAnswer(writeReach({ ...head, levels, capabilities, left_out }, answer, page));
}

/** A large knot is opened where nobody waits for it. */
async function orderedElsewhere(open: OpenGraph, outline: Outline, orders: Orders): Promise<void> {
  const { network, question, leveled, scope } = outline;
  const { members, knots } = leveled[scope];
  if (open.stored === null || knots.every((knot) => knot.length < largeKnot)) return;
  await keepOrder(network, members, question.changed, (set) => orders.of(open, set, 'build'));
}

function levelsAsOthers(network: Network, changed: readonly number[], { members, needsChange }: Answer) {
  const unbuildable = needsChange.map(({ id }) => network.components.find(id));
  return {
    tiers: directTiers(network, members),
    with_changed: directTiers(network, [...members, ...unbuildable, ...changed]),
  };
}

function withoutThese(network: Network, counts: Uint8Array, left: readonly LeftOut[]): Uint8Array {
  if (left.length === 0) return counts;
  const without = counts.slice();
  for (const { id } of left) without[network.components.find(id)] = 0;
  return without;
}

/** The import told it with its report; who asks for an impact hears it again. */
function leftByImport({ report }: OpenGraph): readonly LeftOut[] {
  const because = 'it was left out when the graph was imported';
  return (report?.left_out?.examples ?? []).map((text) => ({ id: text, because }));
}

/** With what the release's definition says about how far a change goes. */
export function questionAbout(
  open: OpenGraph,
  changed: readonly number[],
  lost: readonly string[] = [],
  tools: readonly string[] = [],
): Question {
  const { reach } = open;
  return {
    ...{ changed, lost, counts: rebuildableIn(open), embedding: reach?.embedding ?? [] },
    components: reach?.components ?? [],
    tools: [...tools, ...(reach ? toolsOf(reach) : [])],
  };
}

function narrowed(
  { network }: OpenGraph,
  question: Question,
  { kinds, types, stop = [] }: Partial<Narrowed>,
): Question {
  const bits = kinds?.reduce((sum, kind) => sum | kindBits[kind], 0);
  const isType = (id: string): boolean => types?.includes(id.slice(0, id.indexOf('/'))) === true;
  const stops = (id: string): boolean => stop.some((glob) => names(glob, id));
  return {
    ...question,
    ...(bits === undefined ? {} : { kinds: bits }),
    ...(types === undefined ? {} : { told: marked(network, isType) }),
    ...(stop.length === 0 ? {} : { counts: marked(network, (id, n) => question.counts[n] === 1 && !stops(id)) }),
  };
}

function marked({ count, components }: Network, test: (id: string, n: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: count }, (_, n) => (test(components.get(n), n) ? 1 : 0));
}

export async function answerTiers(request: At & Page, graphs: Graphs): Promise<Replies['tiers']> {
  const open = await graphs.open(request.release, request.snapshot);
  const { network, snapshot } = open;
  const { tier: tierOf, tiers, knots } = levelsOf(network, everything(open));
  const counts = new Array<number>(tiers).fill(0);
  for (const tier of tierOf) counts[tier]!++;
  return {
    ...{ snapshot, total: knots.length },
    tiers: counts.map((components, tier) => ({ tier, components })),
    knots: paged(knots, request).map((knot) => knot.map((n) => network.components.get(n))),
  };
}

export async function answerPaths(
  request: At & { readonly from: string; readonly to: string; readonly most: number; readonly offset: number },
  graphs: Graphs,
): Promise<Replies['paths']> {
  const open = await graphs.open(request.release, request.snapshot);
  const [from, to] = [numberOf(open, request.from), numberOf(open, request.to)];
  const { most, offset } = request;
  const paths = pathsBetween(open.network, from, to, offset + most).slice(offset);
  return { snapshot: open.snapshot, paths: paths.map((path) => [...path]) };
}

/** @throws AppError `component-unknown` with a hint */
export function numberOf({ network, snapshot }: OpenGraph, id: string): number {
  const found = componentIn(network, id);
  if ('number' in found) return found.number;
  throw new AppError({
    code: 'component-unknown',
    kind: 'missing',
    message: `snapshot ${snapshot} has no component '${id}'`,
    remedy: found.hint,
  });
}

export function everything(open: OpenGraph): Int32Array {
  const counts = rebuildableIn(open);
  return Int32Array.from({ length: open.network.count }, (_, n) => n).filter((n) => counts[n] === 1);
}

const rebuildable = new WeakMap<Network, Map<Reach | null, Uint8Array>>();

/** 1 for each component that can be rebuilt: not external ones, nor without a source unless assembled from others. */
function rebuildableIn({ network, reach }: OpenGraph): Uint8Array {
  const known = rebuildable.get(network)?.get(reach);
  if (known) return known;
  const counts = Uint8Array.from({ length: network.count }, (_, n) => (canBeRebuilt(network, reach, n) ? 1 : 0));
  // A definition that changed is another one: what was found for older ones is not asked for again.
  rebuildable.set(network, new Map([[reach, counts]]));
  return counts;
}

function canBeRebuilt(network: Network, reach: Reach | null, component: number): boolean {
  if (hasFlag(network, component, 'external')) return false;
  const id = network.components.get(component);
  if (hasFlag(network, component, 'sourceless') && !id.startsWith('stack/')) return false;
  if (!reach || reach.components.length === 0) return true;
  return isRebuildable({ ...emptyFacts(id), source: { url: '', commit: '' } }, reach);
}
