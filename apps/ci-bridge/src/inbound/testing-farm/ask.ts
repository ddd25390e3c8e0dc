import { AppError, boundedText } from '@millrace/kernel';
import type { Webhook } from '../adapter';
import { notification } from './schema';

const patienceMs = 10_000;
const largest = 1024 * 1024;

/** Asks Testing Farm's API for the request that a notification names; any other message is left as it is. */
export async function completeRequest(api: string, hook: Webhook): Promise<Webhook> {
  const named = notification.safeParse(hook.body);
  if (!named.success) return hook;
  const url = `${api.replace(/\/+$/, '')}/requests/${named.data.request_id}`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(patienceMs), redirect: 'error' });
    const text = await boundedText(answer.body, largest);
    if (!answer.ok) throw away(url, `it answers ${answer.status}`);
    if (text === null) throw away(url, `its answer has over ${largest} bytes`);
    return { ...hook, body: JSON.parse(text) as unknown };
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : away(url, (thrown as Error).message);
  }
}

function away(url: string, because: string): AppError {
  return new AppError({
    code: 'testing-farm-away',
    kind: 'unavailable',
    message: `Testing Farm cannot be asked at ${url}: ${because}`,
    remedy: 'it may send its notification again; or post the request itself',
  });
}
