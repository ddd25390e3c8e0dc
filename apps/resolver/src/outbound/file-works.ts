import type { WorkKind } from '@millrace/engine';
import type { FilesRead, ReadOrder } from '../domain/import-order';
import { work, type ResolverInput } from '../domain/input';
import type { CatalogueStore } from './import-files';
import { ImportProgress } from './import-progress';
import type { ReadSettings } from './imports/read-source';

/** Reads a graph, all of it or nothing, and stores it: here, or in a thread. */
export type Importer = (
  order: ReadOrder,
  newest: string | null,
  during: Pick<ReadSettings, 'signal' | 'progress'>,
) => Promise<FilesRead>;

export function filesReader(
  importer: Importer,
  newestFile: (release: string) => Promise<string | null>,
  progress = new ImportProgress(),
): WorkKind<ReadOrder, FilesRead, ResolverInput> {
  return {
    kind: work.readFiles,
    concurrency: 1,
    timeoutMs: 60 * 60_000,
    tries: 3,
    async run(order, { signal }) {
      const note = (read: number, what: string): void => progress.note(order.release, read, what);
      try {
        const newest = await newestFile(order.release);
        return await importer(order, newest, { signal, progress: note });
      } finally {
        progress.end(order.release);
      }
    },
    toInput: ({ release, number }, outcome) => ({ type: 'files-read', release, number, outcome }),
  };
}

export function filesRemover(
  store: Pick<CatalogueStore, 'remove'>,
  isUsed: (file: string) => Promise<boolean>,
): WorkKind<{ readonly release: string; readonly files: readonly string[] }, object, ResolverInput> {
  return {
    kind: work.removeFiles,
    concurrency: 1,
    timeoutMs: 60_000,
    tries: 3,
    async run({ files }) {
      for (const file of files) if (!(await isUsed(file))) await store.remove(file);
      return {};
    },
    toInput: ({ release }) => ({ type: 'files-removed', release }),
  };
}
