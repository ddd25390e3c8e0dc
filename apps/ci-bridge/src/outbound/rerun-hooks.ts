import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { globMatches, type EventData, type rerunRequested } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import type { WorkKind } from '@millrace/engine';
import type { Input } from '../domain/input';

export type RerunOrder = EventData<typeof rerunRequested>;

/** Whom a CI's new runs are asked for. */
export interface RerunHook {
  /** Glob on the CI's name, as its results give it. */
  readonly ci: string;
  readonly url: string;
  /** File with the key of the signature; left out: none. */
  readonly secret_file?: string | undefined;
}

/**
 * Asks a CI to run a test again by a POST of the event's data, signed as GitHub signs its webhooks
 * (`X-Hub-Signature-256`). The event is said in any case; without a hook for the CI nothing more happens.
 */
export function rerunPoster(hooks: readonly RerunHook[]): WorkKind<RerunOrder, string, Input> {
  return {
    kind: 'rerun.post',
    concurrency: 2,
    timeoutMs: 20_000,
    tries: 8,
    run: async (order, { key, signal }) => {
      const hook = hooks.find(({ ci }) => globMatches(ci, order.ci ?? ''));
      return hook ? post(hook, order, key, signal) : 'no hook';
    },
    toInput: () => ({ type: 'rerun-asked' }),
  };
}

async function post(hook: RerunHook, order: RerunOrder, key: string, signal: AbortSignal): Promise<string> {
  const body = JSON.stringify(order);
  const signature = hook.secret_file === undefined ? null : await signatureOf(hook.secret_file, body);
  const headers = {
    'content-type': 'application/json',
    'x-millrace-event': 'rerun.requested',
    'idempotency-key': key.slice(0, 200),
    ...(signature === null ? {} : { 'x-hub-signature-256': `sha256=${signature}` }),
  };
  let status: number;
  try {
    const response = await fetch(hook.url, { method: 'POST', headers, body, signal, redirect: 'error' });
    await response.body?.cancel();
    status = response.status;
  } catch (thrown) {
    throw away(hook.url, 'it cannot be reached', thrown);
  }
  if (status < 300) return 'asked';
  if (status >= 500 || status === 429) throw away(hook.url, `it answered ${status}`);
  return `refused with ${status}`;
}

async function signatureOf(file: string, body: string): Promise<string> {
  const secret = (await readFile(file, 'utf8')).trim();
  return createHmac('sha256', secret).update(body).digest('hex');
}

function away(url: string, why: string, cause?: unknown): AppError {
  return new AppError({
    code: 'rerun-hook-away',
    kind: 'unavailable',
    message: `a new run could not be asked for at ${new URL(url).host}: ${why}`,
    remedy: 'it is asked for again',
    cause,
  });
}
