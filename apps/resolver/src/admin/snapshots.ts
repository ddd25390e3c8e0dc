import type { DoorReply, doors } from '@millrace/contracts';
import { WrittenAnswer } from '@millrace/service';
import { differenceOf } from '../domain/graph/diff';
import { exportOf, type Format } from '../domain/graph/export';
import { countsOf, packagesByArchitecture, searchIn, unresolvedByKind } from '../domain/graph/overview';
import { neighboursOf } from '../domain/graph/paths';
import { levelsOf } from '../domain/graph/levels';
import { unresolvedIn, type UnresolvedClause } from '../domain/graph/unresolved';
import type { Graphs, OpenGraph } from '../domain/graphs';
import type { DependantsRequest } from './graph';
import { paged, type Page, type Part } from './page';
import { everything, numberOf } from './reach';

type Doors = typeof doors.resolver;
type Reply<Name extends keyof Doors> = DoorReply<Doors[Name]>;

interface At {
  readonly release: string;
  readonly snapshot?: string | undefined;
}

export async function answerUnresolved(request: At & Page, graphs: Graphs): Promise<Reply<'unresolved'>> {
  const open = await graphs.open(request.release, request.snapshot);
  const [all, { snapshot }] = [everyUnresolved(open), open];
  return { snapshot, total: all.length, unresolved: paged(all, request) };
}

/** What nothing satisfies; where a policy took out what did, that is said. */
export function everyUnresolved({ network, needed }: OpenGraph): readonly UnresolvedClause[] {
  const keyOf = ({ component, kind, requirement }: UnresolvedClause): string => `${component} ${kind} ${requirement}`;
  const known = new Set(needed.map(keyOf));
  return [...needed, ...unresolvedIn(network).filter((one) => !known.has(keyOf(one)))];
}

export async function answerSearch(
  request: At & Page & { readonly text: string },
  graphs: Graphs,
): Promise<Reply<'search'>> {
  const { network, snapshot } = await graphs.open(request.release, request.snapshot);
  const { found, total } = searchIn(network, request.text, request.offset, request.limit);
  return { snapshot, total, found: found.map((one) => ({ ...one, by: [...one.by], arches: [...one.arches] })) };
}

export async function answerStats(request: At, graphs: Graphs): Promise<Reply<'stats'>> {
  const { network, snapshot, report } = await graphs.open(request.release, request.snapshot);
  const unresolved = Object.entries(report?.unresolved ?? unresolvedByKind(network));
  const open = unresolved.map(([kind, { total }]) => [`unresolved_${kind}`, total] as const);
  const counts = { ...(report?.counts ?? countsOf(network)), ...packagesByArchitecture(network) };
  return { snapshot, counts: { ...counts, ...Object.fromEntries(open) } };
}

export async function answerDiff(
  request: { readonly release: string; readonly from: string; readonly to?: string | undefined } & Page,
  graphs: Graphs,
): Promise<Reply<'diff'>> {
  const from = await graphs.open(request.release, request.from);
  const to = await graphs.open(request.release, request.to);
  const { components, changed, capabilities, broken, ...between } = differenceOf(from.network, to.network);
  const [edges, versions] = [between.edges(), between.versions()];
  const part = <Item>({ added, removed }: { added: readonly Item[]; removed: readonly Item[] }) => ({
    added: paged(added, request),
    removed: paged(removed, request),
  });
  return {
    ...{ from: from.snapshot, to: to.snapshot },
    ...{ edges: { added: edges.added.length, removed: edges.removed.length }, edge_changes: part(edges) },
    ...{ components: part(components), capabilities: part(capabilities) },
    ...{ changed: paged(changed, request), broken: paged(broken, request), versions: paged(versions, request) },
    totals: {
      ...{ added: components.added.length, removed: components.removed.length, changed: changed.length },
      ...{ capabilities_added: capabilities.added.length, capabilities_removed: capabilities.removed.length },
      ...{ broken: broken.length, versions: versions.length },
    },
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
    ...{ release, newest: row?.newest ?? null, last: row?.last ?? null, total: archives.length },
    importing: running && { number: running.number, kind: running.kind, since: running.since },
    snapshots: archives.slice(offset, offset + limit).map((one) => ({
      ...{ snapshot: one.id, name: one.name, at: one.at, digest: one.file, because: one.because, pruned: one.pruned },
      report: structuredClone(one.report) as Reply<'snapshots'>['snapshots'][number]['report'],
    })),
  };
}

export async function answerExport(
  request: At & Part & { readonly format: Format },
  graphs: Graphs,
): Promise<WrittenAnswer> {
  const { network, snapshot } = await graphs.open(request.release, request.snapshot);
  const { format } = request;
  return new WrittenAnswer(written({ snapshot, format }, exportOf(network, snapshot, format, request)));
}

/** A text as a member of a JSON object, piece by piece. */
function* written(head: object, pieces: Iterable<string>): Generator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"text":"`;
  for (const piece of pieces) yield JSON.stringify(piece).slice(1, -1);
  yield '"}';
}

/** Who depends on a component of an imported graph. */
export function importedDependants(open: OpenGraph, request: DependantsRequest): Reply<'dependants'> {
  const { component, direction, kind, depth } = request;
  const found = neighboursOf(open.network, numberOf(open, component), direction, kind, depth);
  const part = paged(found, request).map((one) => ({ ...one }));
  return { snapshot: open.snapshot, component, found: part, total: found.length };
}

export function importedKnots(open: OpenGraph, page: Page): Reply<'knots'> {
  const { network, snapshot } = open;
  const { knots } = levelsOf(network, everything(open));
  const part = paged(knots, page).map((knot) => knot.map((n) => network.components.get(n)));
  return { snapshot, knots: part, total: knots.length };
}
