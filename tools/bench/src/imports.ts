import { doors, type DoorRequest } from '@millrace/contracts';
import type { Client } from '@millrace/admin-client';
import { setTimeout as sleep } from 'node:timers/promises';

type Order = DoorRequest<typeof doors.resolver.importFiles>;

export interface Imported {
  readonly seconds: number;
  /** The longest that the service left a question without an answer meanwhile, in milliseconds. */
  readonly stallMs: number;
}

/** From the order to a snapshot that can be asked. */
export async function imported(client: Client, order: Order): Promise<Imported> {
  const { release } = order;
  const started = performance.now();
  const { number } = await client.call(doors.resolver.importFiles, order);
  let stallMs = 0;
  for (;;) {
    const asked = performance.now();
    const { last, newest } = await client.call(doors.resolver.snapshots, { release, limit: 1 });
    stallMs = Math.max(stallMs, performance.now() - asked);
    if (last?.problem) throw new Error(last.problem);
    if (last?.number === number && newest !== null) break;
    await sleep(10);
  }
  return { seconds: Math.round(performance.now() - started) / 1000, stallMs: Math.round(stallMs) };
}
