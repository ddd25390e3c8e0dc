import type { DoorReply, doors } from '@millrace/contracts';
import { differenceOf } from '../domain/graph/diff';
import { exportOf, type Format } from '../domain/graph/export';
import { countsOf, searchIn, unresolvedByKind } from '../domain/graph/overview';
import { neighboursOf } from '../domain/graph/paths';
import { levelsOf } from '../domain/graph/levels';
import { unresolvedIn } from '../domain/graph/unresolved';
import type { Graphs, OpenGraph } from '../domain/graphs';
import type { DependantsRequest } from './graph';
import { numberOf } from './reach';

type Doors = typeof doors.resolver;
type Reply<Name extends keyof Doors> = DoorReply<Doors[Name]>;

interface At {
  readonly release: string;
  readonly snapshot?: string | undefined;
}
interface Page {
  readonly limit: number;
  readonly offset: number;
}

export async function answerUnresolved(request: At & Page, graphs: Graphs): Promise<Reply<'unresolved'>> {
  const { network, snapshot } = await graphs.open(request.release, request.snapshot);
  const all = unresolvedIn(network);
  const unresolved = all.slice(request.offset, request.offset + request.limit);
  return { snapshot, total: all.length, unresolved: [...unresolved] };
}

export async function answerSearch(
  request: At & Page & { readonly text: string },
  graphs: Graphs,
): Promise<Reply<'search'>> {
  const { network, snapshot } = await graphs.open(request.release, request.snapshot);
  const found = searchIn(network, request.text, request.offset, request.limit);
  return { snapshot, found: found.map((one) => ({ ...one, by: [...one.by] })) };
}

export async function answerStats(request: At, graphs: Graphs): Promise<Reply<'stats'>> {
  const { network, snapshot, report } = await graphs.open(request.release, request.snapshot);
  const unresolved = Object.entries(report?.unresolved ?? unresolvedByKind(network));
  const open = unresolved.map(([kind, { total }]) => [`unresolved_${kind}`, total] as const);
  return { snapshot, counts: { ...(report?.counts ?? countsOf(network)), ...Object.fromEntries(open) } };
}

export async function answerDiff(
  request: { readonly release: string; readonly from: string; readonly to?: string | undefined },
  graphs: Graphs,
): Promise<Reply<'diff'>> {
  const from = await graphs.open(request.release, request.from);
  const to = await graphs.open(request.release, request.to);
  const difference = differenceOf(from.network, to.network);
  const { components, changed, capabilities, edges, broken } = difference;
  return {
    ...{ from: from.snapshot, to: to.snapshot, edges, changed: [...changed], broken: [...broken] },
    components: { added: [...components.added], removed: [...components.removed] },
    capabilities: { added: [...capabilities.added], removed: [...capabilities.removed] },
  };
}

export async function answerSnapshots(
  request: { readonly release: string } & Page,
  graphs: Graphs,
): Promise<Reply<'snapshots'>> {
  const { release, offset, limit } = request;
  const [row, archives] = await Promise.all([graphs.row(release), graphs.archives(release)]);
  const running = row?.importing ?? null;
  return {
    ...{ release, newest: row?.newest ?? null, last: row?.last ?? null },
    importing: running && { number: running.number, kind: running.kind, since: running.since },
    snapshots: archives.slice(offset, offset + limit).map((one) => ({
      ...{ snapshot: one.id, name: one.name, at: one.at, digest: one.file, because: one.because, pruned: one.pruned },
      report: structuredClone(one.report) as Reply<'snapshots'>['snapshots'][number]['report'],
    })),
  };
}

export async function answerExport(
  request: At & { readonly format: Format },
  graphs: Graphs,
): Promise<Reply<'snapshotExport'>> {
  const { network, snapshot } = await graphs.open(request.release, request.snapshot);
  return { snapshot, format: request.format, text: exportOf(network, snapshot, request.format) };
}

/** Who depends on a component of an imported graph. */
export function importedDependants(open: OpenGraph, request: DependantsRequest): Reply<'dependants'> {
  const { component, direction, kind, depth } = request;
  const found = neighboursOf(open.network, numberOf(open, component), direction, kind, depth);
  return { snapshot: open.snapshot, component, found: found.map((one) => ({ ...one })) };
}

export function importedKnots(open: OpenGraph): Reply<'knots'> {
  const { network, snapshot } = open;
  const { knots } = levelsOf(
    network,
    Int32Array.from({ length: network.count }, (_, n) => n),
  );
  return { snapshot, knots: knots.map((knot) => knot.map((n) => network.components.get(n))) };
}
