import { AppError, type Fault } from '@millrace/kernel';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { orderOfFlat, type FlatOrder } from '../domain/graph/flat-order';
import type { FromZeroText } from '../domain/graph/from-zero';
import type { Needs } from '../domain/graph/region';
import type { OpenGraph, StoredGraph } from '../domain/graphs';
import type { Orders } from '../domain/orders';

export interface OrderWanted extends StoredGraph {
  /** Where graphs are stored. */
  readonly folder: string;
  readonly set: Int32Array;
  readonly needs: Needs | 'from-zero';
}

/** What a thread says. */
export type OrderTold =
  | { readonly type: 'order'; readonly value: FlatOrder }
  | { readonly type: 'from-zero'; readonly value: FromZeroText }
  | { readonly type: 'failed'; readonly fault: Omit<Fault, 'cause'> };

/** Bounds of a thread's heap in megabytes; the graph itself lies outside of it. */
const heap = { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 64 };

/**
 * Orders many components in a thread of its own, which reads the stored graph again: other questions are answered
 * meanwhile. One such order is made at a time, so that many questions at once need no more memory than one.
 * @param entry  the compiled `order-thread`
 */
export function ordersInThread(entry: string, folder: string, options: WorkerOptions = {}): Orders {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (open: OpenGraph, set: Int32Array, needs: OrderWanted['needs']): Promise<OrderTold> => {
    const wanted: OrderWanted = { ...open.stored!, folder, set, needs };
    const told = last.then(() => toldBy(new Worker(entry, { resourceLimits: heap, ...options, workerData: wanted })));
    last = told.catch(() => undefined);
    return told;
  };
  return {
    async of(open, set, needs) {
      const told = await inTurn(open, set, needs);
      if (told.type !== 'order') throw unfinished(told);
      return orderOfFlat(told.value);
    },
    async fromZero(open, set) {
      const told = await inTurn(open, set, 'from-zero');
      if (told.type !== 'from-zero') throw unfinished(told);
      return told.value;
    },
  };
}

function toldBy(worker: Worker): Promise<OrderTold> {
  const told = new Promise<OrderTold>((resolve, reject) => {
    worker.on('message', resolve);
    worker.on('error', (thrown) => reject(broken(thrown)));
    worker.on('exit', (code) => reject(broken(new Error(`the thread of an order ended with ${code}`))));
  });
  return told.finally(() => worker.terminate());
}

function unfinished(told: OrderTold): AppError {
  return told.type === 'failed' ? new AppError(told.fault) : broken(new Error(`a thread answered '${told.type}'`));
}

function broken(thrown: Error): AppError {
  return new AppError({ code: 'order-thread', kind: 'bug', message: thrown.message, cause: thrown });
}
