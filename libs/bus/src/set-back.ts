import type { AnsweredMessage, DurableConsumer } from './durable-consumer';

/** How a service says what its database knows. */
export interface Remembering {
  /** Does the database know this message, which was answered? Left out: nobody looks. */
  readonly remembers?: (message: AnsweredMessage) => Promise<boolean>;
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
    const last = await consumer.lastAnswered();
    if (last === null || (await remembers!(last))) continue;
    log.setBack?.(consumer.name);
    for (const one of consumers) await one.forget();
    return;
  }
}
