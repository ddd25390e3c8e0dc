import { AppError, type ComponentId } from '@millrace/kernel';
import type { Readers } from '@millrace/store';
import { layOver, type ComponentFacts } from '../domain/facts';
import { graphOf, type Graph } from '../domain/neighbours';
import { overlayId, type LayerRow, type ReleaseRow, type SnapshotRow } from '../domain/state';
import type { Overlay, View, Views } from '../domain/views';
import { withFacts, worldOf, type World } from '../domain/world';
import { Recent } from './recent';
import type { ResolverTables } from './tables';

type Read = Readers<ResolverTables>;

interface Loaded {
  readonly snapshot: SnapshotRow;
  readonly world: World;
  graph(): Graph;
}

/** Snapshots never change, nor does an overlay up to a revision: the few that were asked for last stay in memory. */
export function createViews(read: Read, kept = 8): Views {
  const snapshots = new Recent<Loaded>(kept);
  const overlaid = new Recent<Loaded>(kept);
  const load = (id: string): Promise<Loaded> => snapshots.get(id, () => loadSnapshot(read, id));
  const views: Views = {
    async knows(name) {
      return (await read.releases.get(name)) !== null;
    },
    async release(name) {
      const release = await read.releases.get(name);
      if (release === null) throw unknownRelease(name);
      return release;
    },
    async newest(name) {
      const release = await read.releases.get(name);
      if (release === null) throw (await notImported(read, name)) ?? unknownRelease(name);
      if (release.snapshot === null) throw notReady(release);
      return viewOf(await load(release.snapshot), release);
    },
    async at(name, snapshot, overlay) {
      const release = await read.releases.get(name);
      if (release === null) throw (await read.graphs.get(name)) ? unknownSnapshot(snapshot) : unknownRelease(name);
      const base = await load(snapshot);
      if (base.snapshot.release !== name) throw unknownSnapshot(snapshot);
      if (!overlay || overlay.revision === 0) return viewOf(base, release);
      const key = `${snapshot} ${overlay.cascade} ${overlay.revision}`;
      return viewOf(await overlaid.get(key, () => loadOverlay(read, base, overlay)), release);
    },
    async layers(name, overlay) {
      if (overlay.revision === 0) return [];
      return [...(await newestBuilds(read, await layersUpTo(read, name, overlay))).values()];
    },
  };
  return views;
}

function viewOf(loaded: Loaded, release: ReleaseRow): View {
  return { ...loaded, reach: release.definition };
}

function withGraph(snapshot: SnapshotRow, world: World): Loaded {
  let graph: Graph | null = null;
  return { snapshot, world, graph: () => (graph ??= graphOf(world)) };
}

async function loadSnapshot(read: Read, id: string): Promise<Loaded> {
  const snapshot = await read.snapshots.get(id);
  if (!snapshot) throw unknownSnapshot(id);
  const facts = await factsOf(
    read,
    snapshot.parts.map(([, digest]) => digest),
  );
  return withGraph(snapshot, worldOf(facts.values()));
}

async function loadOverlay(read: Read, base: Loaded, overlay: Overlay): Promise<Loaded> {
  const layers = await layersUpTo(read, base.snapshot.release, overlay);
  return withGraph(base.snapshot, withFacts(base.world, await laid(read, base.world, layers)));
}

async function layersUpTo(read: Read, release: string, overlay: Overlay): Promise<readonly LayerRow[]> {
  const id = overlayId(release, overlay.cascade);
  const layers = (await read.layers.where({ overlay: id }, { orderBy: 'number' })).filter(
    (layer) => layer.number <= overlay.revision,
  );
  const ready = layers.filter((layer) => layer.state !== 'wanted').length;
  if (ready < overlay.revision) {
    const closed = (await read.overlays.get(id))?.closed ?? false;
    throw closed ? overlayClosed(overlay) : overlayBehind(overlay, ready);
  }
  return layers;
}

async function laid(read: Read, world: World, layers: readonly LayerRow[]): Promise<readonly ComponentFacts[]> {
  return [...(await newestBuilds(read, layers))].map(([component, build]) => {
    const index = world.indexOf.get(component);
    return layOver(index === undefined ? null : world.components[index]!, build);
  });
}

/** The newest build of each component that has one with packages. */
async function newestBuilds(
  read: Read,
  layers: readonly LayerRow[],
): Promise<ReadonlyMap<ComponentId, ComponentFacts>> {
  const newest = new Map(layers.flatMap((layer) => (layer.facts === null ? [] : [[layer.component, layer.facts]])));
  const builds = await factsOf(read, [...newest.values()]);
  return new Map([...newest].map(([component, digest]) => [component, builds.get(digest)!]));
}

async function factsOf(read: Read, digests: readonly string[]): Promise<ReadonlyMap<string, ComponentFacts>> {
  const rows = await read.facts.getMany(digests);
  return new Map(rows.map((row) => [row.id, row.facts]));
}

function unknownRelease(name: string): AppError {
  return new AppError({
    code: 'release-unknown',
    kind: 'missing',
    message: `the resolver knows no release '${name}'`,
    remedy: 'apply its definition (`millrace release apply FILE`), or import a graph of it (`millrace graph import`)',
  });
}

/** A release that is not defined, and of which no import has succeeded so far. */
async function notImported(read: Read, name: string): Promise<AppError | null> {
  const row = await read.graphs.get(name);
  if (row === null) return null;
  const why = row.last?.problem ? `the last import failed: ${row.last.problem}` : 'its first import has not ended yet';
  return new AppError({
    code: 'graph-not-ready',
    kind: 'unavailable',
    message: `the graph of ${name} is not there: ${why}`,
    remedy: 'see how its imports go: millrace snapshots list',
  });
}

function notReady(release: ReleaseRow): AppError {
  const why = release.problem === null ? 'its first import has not ended yet' : `its import failed: ${release.problem}`;
  return new AppError({
    code: 'graph-not-ready',
    kind: 'unavailable',
    message: `the graph of ${release.id} is not there: ${why}`,
    remedy: 'ask again in a moment; `millrace graph show` says how the import goes',
  });
}

function unknownSnapshot(id: string): AppError {
  return new AppError({
    code: 'snapshot-unknown',
    kind: 'missing',
    message: `there is no snapshot '${id}' of this release`,
    remedy: 'see millrace snapshots list, or leave the snapshot out to ask the newest one',
  });
}

function overlayBehind(overlay: Overlay, ready: number): AppError {
  return new AppError({
    code: 'overlay-behind',
    kind: 'unavailable',
    message: `the builds of cascade ${overlay.cascade} are known up to ${ready} of ${overlay.revision}`,
    remedy: 'ask again in a moment',
  });
}

function overlayClosed(overlay: Overlay): AppError {
  return new AppError({
    code: 'overlay-closed',
    kind: 'conflict',
    message: `cascade ${overlay.cascade} has ended; its builds no longer lie over its snapshot`,
    remedy: 'ask the newest snapshot instead',
  });
}
