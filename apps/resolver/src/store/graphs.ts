import type { Readers } from '@millrace/store';
import { AppError } from '@millrace/kernel';
import type { ArchiveRow } from '../domain/archives';
import { networkOfWorld } from '../domain/graph/from-world';
import type { Network } from '../domain/graph/network';
import type { Graphs, OpenGraph } from '../domain/graphs';
import type { Views } from '../domain/views';
import type { GraphFiles } from './graph-files';
import { Recent } from './recent';
import type { ResolverTables } from './tables';

/** Graphs never change: the few that were asked for last stay in memory. */
export function createGraphs(read: Readers<ResolverTables>, views: Views, files: GraphFiles, kept = 3): Graphs {
  const networks = new Recent<Network>(kept);
  const archives = (release: string): Promise<ArchiveRow[]> => read.archives.where({ release }, { orderBy: '-number' });
  const openArchive = async (archive: ArchiveRow): Promise<OpenGraph> => {
    if (archive.pruned) throw pruned(archive);
    const network = await networks.get(archive.file, () => files.read(archive.file));
    const release = await read.releases.get(archive.release);
    return { snapshot: archive.id, network, reach: release?.definition ?? null };
  };
  const graphs: Graphs = {
    row: (release) => read.graphs.get(release),
    archives,
    async imported(release, snapshot) {
      if (snapshot === undefined) {
        const newest = (await read.graphs.get(release))?.newest ?? null;
        const archive = newest === null ? null : await read.archives.get(newest);
        return archive && openArchive(archive);
      }
      const byId = await read.archives.get(snapshot);
      const found = byId ?? (await archives(release)).find((one) => one.name === snapshot);
      return found?.release === release ? openArchive(found) : null;
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
      return { snapshot: view.snapshot.id, network: networkOfWorld(view.world), reach: view.reach };
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
