import type { DoorReply, doors } from '@millrace/contracts';
import { hasFlag } from '../domain/graph/network';
import { pathsBetween } from '../domain/graph/paths';
import type { Graphs, OpenGraph } from '../domain/graphs';
import { partOf, type Part } from './page';
import { numberOf } from './reach';
import { everyUnresolved } from './snapshots';

type Graph = DoorReply<typeof doors.resolver.graph>;
type Path = DoorReply<typeof doors.resolver.path>;

/** An imported graph in the words of one that was made from a release's definition. */
export async function importedGraph(
  open: OpenGraph,
  request: Part & { readonly release: string },
  graphs: Graphs,
): Promise<Graph> {
  const { release } = request;
  const [row, archives] = await Promise.all([graphs.row(release), graphs.archives(release)]);
  const archive = archives.find((one) => one.id === open.snapshot);
  const { network, snapshot } = open;
  const components = componentsOf(open);
  const unresolved = everyUnresolved(open);
  return {
    ...{ release, snapshot, digest: archive?.file ?? null, at: archive?.at ?? null },
    because: `snapshot ${snapshot}: ${archive?.because ?? 'imported'}`,
    components: partOf(components, request),
    dependencies: network.out.targets.length,
    unresolved: partOf(unresolved, request).map(({ component, requirement, hint }) => ({
      ...{ component, requirement, hint },
    })),
    totals: { components: components.length, unresolved: unresolved.length },
    ...{ importing: (row?.importing ?? null) !== null, problem: row?.last?.problem ?? null },
  };
}

function componentsOf({ network }: OpenGraph): Graph['components'] {
  return Array.from(network.components, (component, n) => {
    const version = network.versions.get(n);
    const name = component.slice(component.indexOf('/') + 1);
    return { component, external: hasFlag(network, n, 'external'), nvr: version === '' ? null : `${name}-${version}` };
  });
}

export function importedPath(open: OpenGraph, request: { readonly from: string; readonly to: string }): Path {
  const [from, to] = [numberOf(open, request.from), numberOf(open, request.to)];
  const [path = []] = pathsBetween(open.network, from, to, 1);
  return { snapshot: open.snapshot, path: path.map((edge, n) => ({ ...edge, distance: n + 1 })) };
}
