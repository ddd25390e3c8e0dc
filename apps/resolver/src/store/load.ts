import { assertNever } from '@millrace/kernel';
import { byId, type Readers, type Slice } from '@millrace/store';
import type { ResolverInput } from '../domain/input';
import { layerId, overlayId } from '../domain/state';
import type { ResolverTables } from './tables';

type State = Slice<ResolverTables>;

const nothing: State = {
  releases: new Map(),
  snapshots: new Map(),
  facts: new Map(),
  overlays: new Map(),
  layers: new Map(),
  graphs: new Map(),
  archives: new Map(),
};

/** The rows that an input touches; never a graph. */
export async function load(read: Readers<ResolverTables>, input: ResolverInput): Promise<State> {
  switch (input.type) {
    case 'started':
    case 'releases-told':
      return nothing;
    case 'release-known':
      return { ...nothing, releases: byId(await read.releases.get(input.name)) };
    case 'import-wanted':
    case 'import-ended':
      return { ...nothing, releases: byId(await read.releases.get(input.release)) };
    case 'facts-read':
      return { ...nothing, facts: byId(await read.facts.getMany(Object.keys(input.facts))) };
    case 'build-validated': {
      const overlay = overlayId(input.release, input.cascade);
      return {
        ...nothing,
        overlays: byId(await read.overlays.get(overlay)),
        layers: byId(await read.layers.get(layerId(overlay, input.number))),
      };
    }
    case 'contents-wanted':
    case 'contents-fetched':
      return loadLayer(read, input);
    case 'cascade-ended':
      return {
        ...nothing,
        releases: byId(await read.releases.get(input.release)),
        overlays: byId(await read.overlays.get(overlayId(input.release, input.cascade))),
      };
    case 'files-wanted':
      return { ...nothing, graphs: byId(await read.graphs.get(input.release)) };
    case 'files-read': {
      const graph = await read.graphs.get(input.release);
      const newest = graph?.newest ?? null;
      return {
        ...nothing,
        graphs: byId(graph),
        archives: byId(newest === null ? null : await read.archives.get(newest)),
      };
    }
    case 'snapshot-named':
    case 'prune-wanted':
      return { ...nothing, archives: byId(await read.archives.where({ release: input.release })) };
    case 'files-removed':
      return nothing;
    default:
      return assertNever(input);
  }
}

async function loadLayer(
  read: Readers<ResolverTables>,
  input: Extract<ResolverInput, { type: 'contents-wanted' | 'contents-fetched' }>,
): Promise<State> {
  const layer = await read.layers.get(input.layer);
  const digest = input.type === 'contents-fetched' && input.outcome.ok ? input.outcome.value.digest : null;
  return {
    ...nothing,
    layers: byId(layer),
    overlays: byId(layer && (await read.overlays.get(layer.overlay))),
    facts: byId(digest === null ? null : await read.facts.get(digest)),
  };
}

/** Everything about one release is decided in turn. */
export function keyOf(input: ResolverInput): string {
  switch (input.type) {
    case 'started':
    case 'releases-told':
      return 'service';
    case 'release-known':
      return `release/${input.name}`;
    default:
      return `release/${input.release}`;
  }
}
