import { streamName, type Owner } from '@millrace/contracts';
import type { Publisher } from '@millrace/engine';
import { AppError } from '@millrace/kernel';
import { type NatsError, type JetStreamClient, type JetStreamManager } from 'nats';
import type { BusConnection } from './connect';
import { ensureStream, isGone, isNotFound } from './streams';

/** Publishes one owner's events on JetStream. */
export function jetStreamPublisher({ nats, manager }: BusConnection, owner: Owner): Publisher {
  const js: JetStreamClient = nats.jetstream({ timeout: 5000 });
  const stream = streamName(owner);
  return {
    publish: async (subject, id, bytes) => {
      try {
        const { seq } = await js.publish(subject, bytes, { msgID: id, expect: { streamName: stream } });
        return { seq };
      } catch (thrown) {
        throw await publishFault(manager, owner, subject, thrown);
      }
    },
    streamCreated: async () => {
      await ensureStream(manager, owner);
      return (await manager.streams.info(stream)).created;
    },
    firstSeq: async () => (await manager.streams.info(stream)).state.first_seq,
    idAt: async (seq) => {
      try {
        const message = await manager.streams.getMessage(stream, { seq });
        return message.header.get('Nats-Msg-Id') || null;
      } catch (thrown) {
        if (isNotFound(thrown) || isGone(thrown)) return null;
        throw thrown;
      }
    },
  };
}

/** JSAccountResourcesExceededErr: the server says 400, but it ends when old messages go. */
const accountFull = 10002;

async function publishFault(
  manager: JetStreamManager,
  owner: Owner,
  subject: string,
  thrown: unknown,
): Promise<AppError> {
  const error = thrown as NatsError;
  // No responders: the stream is gone; it is made again, and the relay comes back.
  if (error.code === '503') await ensureStream(manager, owner).catch(() => undefined);
  const api = error.api_error;
  const refused = api !== undefined && api.code < 500 && api.err_code !== accountFull;
  const tooLarge = error.code === 'MAX_PAYLOAD_EXCEEDED';
  return new AppError({
    code: refused || tooLarge ? 'publish-refused' : 'publish-failed',
    kind: refused || tooLarge ? 'invalid' : 'unavailable',
    message: `${subject} was not published: ${error.message}`,
    remedy: 'it is kept in the outbox',
    cause: thrown,
  });
}
