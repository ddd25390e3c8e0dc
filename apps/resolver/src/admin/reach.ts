import type { DoorReply, doors } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { reachOf } from '../domain/graph/answer';
import { hasFlag, type Network } from '../domain/graph/network';
import { inWords } from '../domain/order';
import { levelsOf } from '../domain/graph/levels';
import { orderSet } from '../domain/graph/order-set';
import { pathsBetween } from '../domain/graph/paths';
import type { Question, Scope } from '../domain/graph/spread';
import { componentIn } from '../domain/graph/unresolved';
import type { Graphs, OpenGraph } from '../domain/graphs';
import { isRebuildable } from '../domain/policy';
import { emptyFacts } from '../domain/facts';

type Replies = {
  readonly [Name in 'reach' | 'order' | 'tiers' | 'paths']: DoorReply<(typeof doors.resolver)[Name]>;
};

interface At {
  readonly release: string;
  readonly snapshot?: string | undefined;
}

export interface ReachRequest extends At {
  readonly changed: readonly string[];
  readonly scope?: Scope | undefined;
  readonly lost: readonly string[];
  readonly tools: readonly string[];
}

export async function answerReach(request: ReachRequest, graphs: Graphs): Promise<Replies['reach']> {
  const open = await graphs.open(request.release, request.snapshot);
  const { network, reach, snapshot } = open;
  const scope = request.scope ?? (request.lost.length > 0 ? 'capability' : (reach?.scope ?? 'direct'));
  const changed = [...new Set(request.changed)].map((id) => numberOf(open, id));
  const question = questionAbout(open, changed, request.lost, request.tools);
  const answer = reachOf(network, question, scope);
  const ids = changed.map((n) => network.components.get(n));
  return { snapshot, release: request.release, changed: ids, scope, ...answer } as Replies['reach'];
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
    tools: [...tools, ...(reach?.tools ?? [])],
  };
}

/** An order from zero: everything that can be rebuilt. */
export async function answerOrder(
  request: At & { readonly limit: number; readonly offset: number },
  graphs: Graphs,
): Promise<Replies['order']> {
  const open = await graphs.open(request.release, request.snapshot);
  const { network, snapshot } = open;
  const ordered = wholeOrder(open);
  const { rebuilds, tiers } = inWords(network, ordered);
  const id = (n: number): string => network.components.get(n);
  return {
    ...{ snapshot, total: rebuilds.length, tiers },
    steps: rebuilds.slice(request.offset, request.offset + request.limit).map((one) => ({
      ...one,
      needs: one.needs.map((need) => need.component),
    })),
    cut: ordered.knots.flatMap((knot) =>
      knot.cut.map(([from, to]) => ({
        component: id(from),
        without: id(to),
        because: `a knot of ${knot.members.length}: ${id(from)} is built against the old build of ${id(to)}`,
      })),
    ),
    twice: ordered.knots.flatMap((knot) => [...knot.bootstrapped].map(id)),
  };
}

const orders = new WeakMap<Network, ReturnType<typeof orderSet>>();

function wholeOrder(open: OpenGraph): ReturnType<typeof orderSet> {
  const known = orders.get(open.network) ?? orderSet(open.network, everything(open), 'build');
  orders.set(open.network, known);
  return known;
}

const levels = new WeakMap<Network, ReturnType<typeof levelsOf>>();

export async function answerTiers(request: At, graphs: Graphs): Promise<Replies['tiers']> {
  const open = await graphs.open(request.release, request.snapshot);
  const { network, snapshot } = open;
  const { tierOf, tiers, knots } = levels.get(network) ?? levelsOf(network, everything(open));
  levels.set(network, { tierOf, tiers, knots });
  const counts = new Array<number>(tiers).fill(0);
  for (const tier of tierOf.values()) counts[tier]!++;
  return {
    snapshot,
    tiers: counts.map((components, tier) => ({ tier, components })),
    knots: knots.map((knot) => knot.map((n) => network.components.get(n))),
  };
}

export async function answerPaths(
  request: At & { readonly from: string; readonly to: string; readonly most: number },
  graphs: Graphs,
): Promise<Replies['paths']> {
  const open = await graphs.open(request.release, request.snapshot);
  const [from, to] = [numberOf(open, request.from), numberOf(open, request.to)];
  const paths = pathsBetween(open.network, from, to, request.most);
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

export function everything(open: OpenGraph): readonly number[] {
  const counts = rebuildableIn(open);
  return Array.from({ length: open.network.count }, (_, n) => n).filter(counts);
}

/** External components are not; those without a source only when they are assembled from others. */
export function rebuildableIn({ network, reach }: OpenGraph): (component: number) => boolean {
  return (component) => {
    if (hasFlag(network, component, 'external')) return false;
    const id = network.components.get(component);
    if (hasFlag(network, component, 'sourceless') && !id.startsWith('stack/')) return false;
    if (!reach || reach.components.length === 0) return true;
    return isRebuildable({ ...emptyFacts(id), source: { url: '', commit: '' } }, reach);
  };
}
