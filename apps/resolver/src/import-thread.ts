import { toAppError } from '@millrace/kernel';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadOrder, Told } from './outbound/in-thread';
import { importFiles } from './outbound/import-files';
import { GraphFiles } from './store/graph-files';

/** How often progress is told at most, in milliseconds. */
const everyMs = 100;

/** A thread for one import: it tells how far it is, and how it ended. */
async function main({ order, folder, newest, web }: ThreadOrder): Promise<void> {
  const tell = (told: Told): void => parentPort!.postMessage(told);
  let told = 0;
  const progress = (read: number, what: string): void => {
    if (Date.now() - told < everyMs) return;
    told = Date.now();
    tell({ type: 'progress', read, what });
  };
  try {
    tell({
      type: 'read',
      value: await importFiles(order, new GraphFiles(folder), newest, {
        web,
        progress,
        cache: join(folder, 'insides'),
      }),
    });
  } catch (thrown) {
    const { code, kind, message, remedy } = toAppError(thrown);
    tell({ type: 'failed', fault: { code, kind, message, ...(remedy === undefined ? {} : { remedy }) } });
  }
}

void main(workerData as ThreadOrder);
