import { AppError, boundedText, jsonIn } from '@millrace/kernel';
import { waivers, type Waiver, type WaiverFilter } from './schema';

export interface WaiverDbOptions {
  /** Up to the version: `https://waiverdb.example.org/api/v1.0`. */
  readonly url: string;
  /** How long an answer may take, in milliseconds; default 30 000. */
  readonly timeoutMs?: number;
}

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface WaiverDb {
  /**
   * Waivers that one of the filters fits, without those that newer ones replace.
   *
   * @throws AppError `waiverdb-away` (unavailable)
   */
  filtered(filters: readonly WaiverFilter[]): Promise<readonly Waiver[]>;
  /** Hands a question on as it is, with its user's own authorization. @throws AppError `waiverdb-away` (unavailable) */
  raw(method: string, path: string, body?: unknown, authorization?: string): Promise<RawAnswer>;
}

/** An answer has at most this many bytes. */
const largestAnswer = 64 * 1024 * 1024;

/** Nothing is sent before the first question. */
export function connectToWaiverDb({ url, timeoutMs = 30_000 }: WaiverDbOptions): WaiverDb {
  const base = url.replace(/\/+$/, '');
  const raw: WaiverDb['raw'] = (method, path, body, authorization) =>
    send(base + path, { method, body, authorization, timeoutMs });
  return {
    raw,
    filtered: async (filters) => {
      const { status, body } = await raw('POST', '/waivers/+filtered', { filters });
      if (status !== 200) throw away(base, `it answered ${status}`);
      const read = waivers.safeParse(body);
      if (read.success) return read.data.data;
      throw away(base, `its answer is none: ${read.error.issues[0]!.path.join('.')}`);
    },
  };
}

interface Sent {
  readonly method: string;
  readonly body: unknown;
  readonly authorization: string | undefined;
  readonly timeoutMs: number;
}

async function send(url: string, { method, body, authorization, timeoutMs }: Sent): Promise<RawAnswer> {
  try {
    const response = await fetch(url, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(authorization === undefined ? {} : { authorization }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await boundedText(response.body, largestAnswer);
    if (text === null) throw away(url, 'its answer is too large');
    return { status: response.status, body: jsonIn(text) ?? { message: text.slice(0, 300) } };
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    const late = thrown instanceof Error && thrown.name === 'TimeoutError';
    throw away(url, late ? 'it did not answer in time' : 'it cannot be reached', thrown);
  }
}

function away(url: string, why: string, cause?: unknown): AppError {
  return new AppError({
    code: 'waiverdb-away',
    kind: 'unavailable',
    message: `WaiverDB at ${new URL(url).host} could not be asked: ${why}`,
    remedy: 'ask again when it is back',
    cause,
  });
}
