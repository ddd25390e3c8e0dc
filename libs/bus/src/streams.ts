import { streamName, streamSubjects, type Owner } from '@millrace/contracts';
import {
  DiscardPolicy,
  NatsError,
  RetentionPolicy,
  StorageType,
  nanos,
  type JetStreamManager,
  type StreamConfig,
} from 'nats';

const day = 86_400_000;

/** One stream per owner; all its events for seven days. Within two minutes the server drops doubles by message id. */
export function streamConfig(owner: Owner): Partial<StreamConfig> & { readonly name: string } {
  return {
    name: streamName(owner),
    description: `Events of ${owner} (version 1)`,
    subjects: [streamSubjects(owner)],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_age: nanos(7 * day),
    max_msg_size: 1024 * 1024,
    duplicate_window: nanos(120_000),
    allow_direct: true,
  };
}

/** Makes the owner's stream when it is not there. Whoever comes first does. */
export async function ensureStream(manager: JetStreamManager, owner: Owner): Promise<void> {
  const config = streamConfig(owner);
  try {
    await manager.streams.info(config.name);
  } catch (thrown) {
    if (!isNotFound(thrown)) throw thrown;
    await manager.streams.add(config).catch((again: unknown) => {
      // Another service was faster.
      if (!(again instanceof NatsError && again.api_error?.err_code === 10058)) throw again;
    });
  }
}

export function isNotFound(thrown: unknown): boolean {
  return thrown instanceof NatsError && (thrown.api_error?.code === 404 || thrown.code === '404');
}

/** The stream holds no message of that sequence any more. */
export function isGone(thrown: unknown): boolean {
  return thrown instanceof NatsError && thrown.api_error?.err_code === 10037;
}
