import { createHash } from 'node:crypto';
import { AppError } from '@millrace/kernel';
import { StorageType, nanos, type NatsConnection, type ObjectStore } from 'nats';

/** Answers over this size travel through the object store. */
export const maxInlineBytes = 512 * 1024;
export const objectHeader = 'Millrace-Object';
const bucket = 'MILLRACE_ANSWERS';
const hourMs = 3_600_000;

async function store(nats: NatsConnection): Promise<ObjectStore> {
  return nats.jetstream({ timeout: 10_000 }).views.os(bucket, { storage: StorageType.File, ttl: nanos(hourMs) });
}

/** Puts an answer under its digest; gone after an hour, and then asked for again. */
export async function putAnswer(nats: NatsConnection, bytes: Uint8Array): Promise<string> {
  const name = createHash('sha256').update(bytes).digest('hex');
  await (await store(nats)).putBlob({ name }, bytes);
  return name;
}

export async function getAnswer(nats: NatsConnection, name: string): Promise<Uint8Array> {
  const bytes = await (await store(nats)).getBlob(name);
  if (bytes) return bytes;
  throw new AppError({
    code: 'answer-gone',
    kind: 'unavailable',
    message: `the answer ${name} is no longer in the object store`,
    remedy: 'ask again',
  });
}
