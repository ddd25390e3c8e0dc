import { parentPort, workerData } from 'node:worker_threads';
import { toAppError } from '@millrace/kernel';
import { flatOrder, memoryOf } from './domain/graph/flat-order';
import { fromZero, orderInText } from './domain/graph/from-zero';
import { leaveOut } from './domain/graph/leave-out';
import { orderSet } from './domain/graph/order-set';
import type { OrderTold, OrderWanted } from './outbound/order-in-thread';
import { GraphFiles } from './store/graph-files';

/** A thread for one order of many components of a stored graph. */
async function main({ folder, file, gone, set, needs }: OrderWanted): Promise<void> {
  try {
    const stored = await new GraphFiles(folder).read(file);
    const network = gone.length === 0 ? stored : leaveOut(stored, new Set(gone)).network;
    if (needs === 'from-zero') {
      tell({ type: 'from-zero', value: orderInText(fromZero(network, set)) });
    } else {
      const value = flatOrder(orderSet(network, set, needs));
      tell({ type: 'order', value }, memoryOf(value));
    }
  } catch (thrown) {
    const { code, kind, message, remedy } = toAppError(thrown);
    tell({ type: 'failed', fault: { code, kind, message, ...(remedy === undefined ? {} : { remedy }) } });
  }
}

function tell(told: OrderTold, memory: ArrayBuffer[] = []): void {
  parentPort!.postMessage(told, memory);
}

void main(workerData as OrderWanted);
