import type { Readers } from '@millrace/store';
import { AppError } from '@millrace/kernel';
import type { ArchiveRow } from '../domain/archives';
import { networkOfWorld } from '../domain/graph/from-world';
import type { Network } from '../domain/graph/network';
import type { Graphs, OpenGraph } from '../domain/graphs';
import { remainingOf } from '../domain/left-out';
import type { Reach } from '../domain/policy';
import type { ReleaseRow } from '../domain/state';
import type { Views } from '../domain/views';
import type { GraphFiles } from './graph-files';
import { Recent } from './recent';
import type { ResolverTables } from './tables';

/** Graphs never change: the few that were asked for last stay in memory. */
export function createGraphs(read: Readers<ResolverTables>, views: Views, files: GraphFiles, kept = 3): Graphs {
  const networks = new Recent<Network>(kept);
  const newestOnes = new Recent<ArchiveRow | null>(kept);
  const definitions = new Definitions();
  const archives = (release: string): Promise<ArchiveRow[]> => read.archives.where({ release }, { orderBy: '-number' });
  const networkIn = (archive: ArchiveRow): Promise<Network> =>
    networks.get(archive.file, () => files.read(archive.file));
  const openArchive = async (archive: ArchiveRow, release: ReleaseRow | null): Promise<OpenGraph> => {
    if (archive.pruned) throw pruned(archive);
    const reach = definitions.of(release);
    const { network, needed, gone } = remainingOf(await networkIn(archive), reach);
    const stored = { file: archive.file, gone };
    return {
      snapshot: archive.id,
      network,
      reach,
      needed,
      report: needed.length === 0 ? archive.report : null,
      stored,
    };
  };
  const graphs: Graphs = {
    row: (release) => read.graphs.get(release),
    archives,
    async preload() {
      const rows = (await read.graphs.where({})).slice(0, kept);
      for (const { newest } of rows) {
        const archive = newest === null ? null : await read.archives.get(newest);
        if (archive) await networkIn(archive);
      }
    },
    async imported(release, snapshot) {
      if (snapshot === undefined) {
        const [row, own] = await Promise.all([read.graphs.get(release), read.releases.get(release)]);
        const newest = row?.newest ?? null;
        // The newest of all is never pruned: but for its name, its row stays as it is.
        const archive = newest === null ? null : await newestOnes.get(newest, () => read.archives.get(newest));
        return archive && openArchive(archive, own);
      }
      const [byId, own] = await Promise.all([read.archives.get(snapshot), read.releases.get(release)]);
      const found = byId ?? (await archives(release)).find((one) => one.name === snapshot);
      return found?.release === release ? openArchive(found, own) : null;
    },
    async instead(release, snapshot) {
      if (snapshot !== undefined) return graphs.imported(release, snapshot);
      const own = (await read.releases.get(release))?.snapshot ?? null;
      const components = own === null ? 0 : ((await read.snapshots.get(own))?.counts.components ?? 0);
      return components > 0 ? null : graphs.imported(release);
    },
    async open(release, snapshot) {
      const archive = await graphs.imported(release, snapshot);
      if (archive) return archive;
      const view = await (snapshot === undefined ? views.newest(release) : views.at(release, snapshot, null));
      const { network, needed } = remainingOf(networkOfWorld(view.world), view.reach);
      return { snapshot: view.snapshot.id, network, reach: view.reach, needed, report: null, stored: null };
    },
  };
  return graphs;
}

/** The file of a release's newest imported snapshot. */
export async function newestFile(read: Readers<ResolverTables>, release: string): Promise<string | null> {
  const newest = (await read.graphs.get(release))?.newest ?? null;
  return newest === null ? null : ((await read.archives.get(newest))?.file ?? null);
}

/** Does a snapshot, or the next import of a release with several sources, still need a file? */
export async function isUsed(read: Readers<ResolverTables>, file: string): Promise<boolean> {
  if ((await read.archives.where({ file })).some((archive) => !archive.pruned)) return true;
  return (await read.graphs.where({})).some((row) => Object.values(row.parts).includes(file));
}

function pruned({ id }: ArchiveRow): AppError {
  return new AppError({
    code: 'snapshot-pruned',
    kind: 'missing',
    message: `snapshot ${id} was pruned: only its report is left`,
    remedy: 'leave the snapshot out to ask the newest one',
  });
}

/** A definition stays the same object while it does not change: what was found by it is kept by it. */
class Definitions {
  private readonly known = new Map<string, ReleaseRow>();

  of(release: ReleaseRow | null): Reach | null {
    if (release === null) return null;
    const known = this.known.get(release.id);
    if (known?.definitionRevision === release.definitionRevision) return known.definition;
    this.known.set(release.id, release);
    return release.definition;
  }
}
