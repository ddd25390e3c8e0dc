import { randomUUID } from 'node:crypto';
import { AppError, toAppError } from '@millrace/kernel';
import { StorageType, nanos, type NatsConnection, type ObjectStore } from 'nats';

/** Answers over this size travel through the object store. */
export const maxInlineBytes = 512 * 1024;
export const objectHeader = 'Millrace-Object';
const bucket = 'MILLRACE_ANSWERS';
const hourMs = 3_600_000;

async function store(nats: NatsConnection): Promise<ObjectStore> {
  return nats.jetstream({ timeout: 10_000 }).views.os(bucket, { storage: StorageType.File, ttl: nanos(hourMs) });
}

/**
 * Puts an answer under a name of its own; gone after an hour, and then asked for again. (Equal answers do not share a
 * name: the store drops the chunks of the older one while somebody may be reading them.)
 */
export async function putAnswer(nats: NatsConnection, bytes: Uint8Array): Promise<string> {
  const name = randomUUID();
  await (await store(nats)).putBlob({ name }, bytes);
  return name;
}

export async function getAnswer(nats: NatsConnection, name: string): Promise<Uint8Array> {
  let limit: NodeJS.Timeout;
  // Chunks that the server lost would be waited for for ever.
  const tooLong = new Promise<never>((_, reject) => {
    limit = setTimeout(() => reject(new Error('it was not read within 30 s')), 30_000);
  });
  const read = store(nats).then((objects) => objects.getBlob(name));
  const bytes = await Promise.race([read, tooLong])
    .catch((thrown: unknown) => gone(name, toAppError(thrown).message, thrown))
    .finally(() => clearTimeout(limit));
  return bytes ?? gone(name, 'it is no longer there');
}

function gone(name: string, because: string, cause?: unknown): never {
  throw new AppError({
    code: 'answer-gone',
    kind: 'unavailable',
    message: `the answer ${name} cannot be read from the object store: ${because}`,
    remedy: 'ask again',
    cause,
  });
}
