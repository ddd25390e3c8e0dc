import { randomUUID } from 'node:crypto';
import type { App, Door, DoorReply, DoorRequest } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { addressOf } from './address';
import { errorOf } from './problem';
import { requestOf } from './request-of';

export interface ClientOptions {
  readonly portBase: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Proves who calls; commands need it. */
  readonly token?: string | null;
  /** How long one call may take, in milliseconds; default 60 000. */
  readonly timeoutMs?: number;
}

export interface CallOptions {
  /** A command that is repeated with the same key is done once; default: a new one for each call. */
  readonly idempotencyKey?: string;
}

export interface Client {
  /**
   * Knocks at a door and gives back its reply, checked against the contract.
   *
   * @throws AppError what the service said; `service-unreachable` (unavailable) when nothing listens there
   */
  call<D extends Door>(door: D, request: DoorRequest<D>, options?: CallOptions): Promise<DoorReply<D>>;
  /** Is the service ready? Why not, else; null: it is. */
  problemOf(app: App): Promise<string | null>;
  addressOf(app: App): string;
}

/** The client of all services, typed by the same doors that the services are made from. */
export function createClient(options: ClientOptions): Client {
  const { portBase, host, token = null, timeoutMs = 60_000 } = options;
  const address = (app: App): string => addressOf(app, portBase, host);
  return {
    addressOf: address,
    problemOf: (app) => readiness(address(app)),
    call: async (door, request, { idempotencyKey = randomUUID() } = {}) => {
      const { method, path, body } = requestOf(door, request as Record<string, unknown>);
      const headers: Record<string, string> = { accept: 'application/json' };
      if (token !== null) headers['authorization'] = `Bearer ${token}`;
      if (body !== null) headers['content-type'] = 'application/json';
      if (door.kind === 'do') headers['idempotency-key'] = idempotencyKey;
      const url = `${address(door.owner)}${path}`;
      const answer = await send(door.owner, url, { method, headers, body, signal: AbortSignal.timeout(timeoutMs) });
      if (answer.status >= 300) throw errorOf(door.owner, answer.status, answer.text);
      return replyOf(door, answer.text);
    },
  };
}

async function send(app: App, url: string, init: RequestInit): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url, init);
    return { status: response.status, text: await response.text() };
  } catch (thrown) {
    const late = thrown instanceof Error && thrown.name === 'TimeoutError';
    throw new AppError({
      code: late ? 'service-silent' : 'service-unreachable',
      kind: 'unavailable',
      message: `${app} at ${new URL(url).host} ${late ? 'did not answer in time' : 'cannot be reached'}`,
      remedy: 'is it up? run `millrace up`, or give the --port-base that it runs with',
      cause: thrown,
    });
  }
}

function replyOf<D extends Door>(door: D, text: string): DoorReply<D> {
  const parsed = door.reply.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data as DoorReply<D>;
  const issue = parsed.error.issues[0]!;
  throw new AppError({
    code: 'reply-malformed',
    kind: 'bug',
    message: `${door.owner} answered '${door.name}' against its contract: ${issue.path.join('.')}: ${issue.message}`,
    remedy: 'are the service and this command of the same version?',
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readiness(address: string): Promise<string | null> {
  try {
    const response = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(5000) });
    return response.ok ? null : `not ready: ${(await response.text()).slice(0, 300)}`;
  } catch (thrown) {
    return thrown instanceof Error && thrown.name === 'TimeoutError' ? 'does not answer' : 'not up';
  }
}
