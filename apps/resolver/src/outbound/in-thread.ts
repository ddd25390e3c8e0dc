import { AppError, type Fault } from '@millrace/kernel';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { FilesRead, ReadOrder } from '../domain/import-order';
import type { Importer } from './file-works';
import type { WebSettings } from './web/settings';

export interface ThreadOrder {
  readonly order: ReadOrder;
  /** Where graphs are stored. */
  readonly folder: string;
  readonly newest: string | null;
  readonly web: WebSettings;
}

/** What a thread says. */
export type Told =
  | { readonly type: 'progress'; readonly read: number; readonly what: string }
  | { readonly type: 'read'; readonly value: FilesRead }
  | { readonly type: 'failed'; readonly fault: Omit<Fault, 'cause'> };

/** Bounds of a thread's heap in megabytes; graphs themselves lie outside of it. */
const heap = { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 64 };

/**
 * Imports in a thread of their own, so that questions are answered meanwhile. A thread that needs more memory than it
 * may ends as a fault of the import; the service goes on.
 * @param entry  the compiled `import-thread`
 */
export function threadImporter(entry: string, folder: string, web: WebSettings, options: WorkerOptions = {}): Importer {
  return (order, newest, { signal, progress }) => {
    const workerData: ThreadOrder = { order, folder, newest, web };
    const worker = new Worker(entry, { resourceLimits: heap, ...options, workerData });
    const ended = new Promise<FilesRead>((resolve, reject) => {
      worker.on('message', (told: Told) => {
        if (told.type === 'progress') progress?.(told.read, told.what);
        else if (told.type === 'read') resolve(told.value);
        else reject(new AppError(told.fault));
      });
      worker.on('error', (thrown) => reject(broken(thrown)));
      worker.on('exit', (code) => reject(broken(new Error(`the thread ended with ${code}`))));
      signal?.addEventListener('abort', () => reject(stopped()), { once: true });
    });
    return ended.finally(() => worker.terminate());
  };
}

function broken(thrown: Error & { readonly code?: string }): AppError {
  if (thrown.code !== 'ERR_WORKER_OUT_OF_MEMORY') {
    return new AppError({ code: 'import-thread', kind: 'bug', message: thrown.message, cause: thrown });
  }
  return new AppError({
    code: 'import-too-large',
    kind: 'invalid',
    message: `the import needed more than ${heap.maxOldGenerationSizeMb} MB and was stopped`,
    remedy: 'import fewer files at once, or see which of them is far larger than it should be',
    cause: thrown,
  });
}

function stopped(): AppError {
  return new AppError({
    code: 'import-stopped',
    kind: 'unavailable',
    message: 'the import was stopped before it had ended',
    remedy: 'it is taken up again by itself',
  });
}
