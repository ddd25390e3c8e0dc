import { AppError, boundedText, jsonIn } from '@millrace/kernel';
import { decision, refusal, type Decision, type DecisionQuestion } from './schema';

export interface GreenwaveOptions {
  /** Up to the version: `https://greenwave.example.org/api/v1.0`. */
  readonly url: string;
  /** How long an answer may take, in milliseconds; default 30 000. */
  readonly timeoutMs?: number;
}

export type Decided =
  | { readonly found: true; readonly decision: Decision }
  /** It knows no policy that speaks about the subject: nobody can say whether it is good. */
  | { readonly found: false; readonly message: string };

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface Greenwave {
  /** @throws AppError `greenwave-away` (unavailable), `greenwave-refused` (invalid), `greenwave-malformed` (unavailable) */
  decide(question: DecisionQuestion): Promise<Decided>;
  /** Hands a question on as it is. @throws AppError `greenwave-away` (unavailable) */
  raw(method: 'GET' | 'POST', path: string, body?: unknown): Promise<RawAnswer>;
}

/** An answer has at most this many bytes. */
const largestAnswer = 64 * 1024 * 1024;

/** Nothing is sent before the first question. */
export function connectToGreenwave({ url, timeoutMs = 30_000 }: GreenwaveOptions): Greenwave {
  const base = url.replace(/\/+$/, '');
  const raw: Greenwave['raw'] = (method, path, body) => send(base, method, path, body, timeoutMs);
  return {
    raw,
    decide: async (question) => {
      const { status, body } = await raw('POST', '/decision', question);
      if (status === 404) return { found: false, message: messageOf(body) };
      if (status >= 500) throw away(base, `it answered ${status}: ${messageOf(body)}`);
      if (status !== 200) throw refused(base, status, messageOf(body));
      const read = decision.safeParse(body);
      if (read.success) return { found: true, decision: read.data };
      throw away(base, `its answer is none: ${read.error.issues[0]!.path.join('.')}`, 'greenwave-malformed');
    },
  };
}

async function send(base: string, method: string, path: string, body: unknown, timeoutMs: number): Promise<RawAnswer> {
  try {
    const response = await fetch(base + path, {
      method,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'follow',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await boundedText(response.body, largestAnswer);
    if (text === null) throw away(base, 'its answer is too large');
    return { status: response.status, body: jsonIn(text) ?? { message: text.slice(0, 300) } };
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    const late = thrown instanceof Error && thrown.name === 'TimeoutError';
    throw away(base, late ? 'it did not answer in time' : 'it cannot be reached', undefined, thrown);
  }
}

function messageOf(body: unknown): string {
  const read = refusal.safeParse(body);
  return (read.success ? read.data.message : 'no reason').slice(0, 500);
}

function away(base: string, why: string, code = 'greenwave-away', cause?: unknown): AppError {
  return new AppError({
    code,
    kind: 'unavailable',
    message: `Greenwave at ${new URL(base).host} could not be asked: ${why}`,
    remedy: 'ask again when it is back',
    cause,
  });
}

function refused(base: string, status: number, message: string): AppError {
  return new AppError({
    code: 'greenwave-refused',
    kind: 'invalid',
    message: `Greenwave at ${new URL(base).host} refused the question (${status}): ${message}`,
    remedy: 'correct the product version or the decision context of the release',
  });
}
