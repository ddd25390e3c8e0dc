import type { GivenMessage } from './given';
import type { DurableConsumer } from './durable-consumer';

type Remembers = (message: GivenMessage) => Promise<boolean>;

/** How a service says what its database knows. */
export interface Remembering {
  /** Does the database know this message, as decided, as dead or as nothing to it? Left out: nobody looks. */
  readonly remembers?: Remembers;
  readonly log: { setBack?(consumer: string): void };
}

/**
 * A database that does not know a message which was answered is older than the bus: it was set back to a backup. All
 * that the bus still has is read again then, by every consumer; the inbox drops what was seen.
 */
export async function readAgainWhenSetBack(
  consumers: readonly DurableConsumer[],
  { remembers, log }: Remembering,
): Promise<void> {
  for (const consumer of remembers ? consumers : []) {
    if (!(await hasForgotten(consumer, remembers!))) continue;
    log.setBack?.(consumer.name);
    for (const one of consumers) await one.forget();
    return;
  }
}

/**
 * Up to the first message that is open all were answered. Above it some were, and which is not to be had: but no more can
 * be unknown than are open.
 */
async function hasForgotten(consumer: DurableConsumer, remembers: Remembers): Promise<boolean> {
  const { answered, open, above } = await consumer.given();
  if (answered !== null && !(await remembers(answered))) return true;
  let unknown = 0;
  for await (const message of above) {
    if (!(await remembers(message))) unknown += 1;
    if (unknown > open) return true;
  }
  return false;
}
