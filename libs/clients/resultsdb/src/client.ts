import { AppError, boundedText } from '@millrace/kernel';
import type { z } from 'zod';
import { resultPage, storedResult, type NewResult, type StoredResult } from './schema';

export interface ResultsDbOptions {
  /** Of the API, `https://resultsdb.example.org/api/v2.0`. */
  readonly url: string;
  /** Sent as a bearer token. */
  readonly token?: string | null;
  readonly timeoutMs?: number;
}

export interface Page {
  readonly results: readonly StoredResult[];
  /** Is there another page? */
  readonly more: boolean;
}

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface ResultsDbClient {
  /**
   * Posts a result once: `key` is kept among its data as `millrace_result`, and looked for before. Throws `unavailable`
   * when it may work later, and `invalid` when the server does not want this result.
   */
  postOnce(result: NewResult, key: string, signal?: AbortSignal): Promise<StoredResult>;
  /** Results submitted from a time on, oldest first; pages count from 0. */
  since(time: string, page: number, limit: number, signal?: AbortSignal): Promise<Page>;
  /** Results with a value of their data, newest first, at most so many. The value may have commas. */
  allWith(key: string, value: string, most: number, signal?: AbortSignal): Promise<readonly StoredResult[]>;
  /** Hands a question on as it is: `/results?item=a-1-1`. @throws AppError `resultsdb-away` (unavailable) */
  raw(pathAndQuery: string): Promise<RawAnswer>;
  /** The newest result with a value of its data; null when there is none. */
  newestWith(key: string, value: string, signal?: AbortSignal): Promise<StoredResult | null>;
}

/** The data key that tells a result which was posted from here. */
export const postedKey = 'millrace_result';

/** An answer has at most this many bytes. */
const largestAnswer = 32 * 1024 * 1024;

/** A client of ResultsDB's API v2.0, the real one or ours. */
export function resultsDbClient({ url, token = null, timeoutMs = 30_000 }: ResultsDbOptions): ResultsDbClient {
  const base = url.replace(/\/+$/, '');
  const call = async <S extends z.ZodType>(
    schema: S,
    path: string,
    body: object | null,
    signal: AbortSignal | undefined,
  ): Promise<z.output<S>> => {
    const limits = [AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])];
    const text = await exchange(`${base}${path}`, body, token, AbortSignal.any(limits));
    const parsed = schema.safeParse(text);
    if (parsed.success) return parsed.data;
    const { path: place, message } = parsed.error.issues[0]!;
    throw away(`${base}${path}`, `its answer is no ResultsDB's at ${place.join('.') || 'the top'}: ${message}`);
  };
  const newestWith: ResultsDbClient['newestWith'] = async (key, value, signal) => {
    // A comma would be read as two values.
    if (value.includes(',')) throw new Error('a value to be looked for has no comma');
    const query = new URLSearchParams({ [key]: value, limit: '1' });
    return (await call(resultPage, `/results?${query.toString()}`, null, signal)).data[0] ?? null;
  };
  return {
    newestWith,
    allWith: async (key, value, most, signal) => {
      // A comma would be read as two values; a pattern has none, and may find more.
      const filter = value.includes(',') ? { [`${key}:like`]: value.replaceAll(',', '*') } : { [key]: value };
      const query = new URLSearchParams({ ...filter, limit: `${most}` });
      const { data } = await call(resultPage, `/results?${query.toString()}`, null, signal);
      return data.filter((result) => result.data[key]?.includes(value));
    },
    raw: (pathAndQuery) => ask(`${base}${pathAndQuery}`, token, AbortSignal.timeout(timeoutMs)),
    postOnce: async (result, key, signal) => {
      const there = await newestWith(postedKey, key, signal);
      if (there) return there;
      const body = { ...result, data: { ...result.data, [postedKey]: [key] } };
      return call(storedResult, '/results', body, signal);
    },
    since: async (time, page, limit, signal) => {
      const query = new URLSearchParams({ since: time, _sort: 'asc:submit_time', page: `${page}`, limit: `${limit}` });
      const answer = await call(resultPage, `/results?${query.toString()}`, null, signal);
      return { results: answer.data, more: Boolean(answer.next) };
    },
  };
}

async function exchange(url: string, body: object | null, token: string | null, signal: AbortSignal): Promise<unknown> {
  const headers = {
    accept: 'application/json',
    ...(body === null ? {} : { 'content-type': 'application/json' }),
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
  try {
    const request = { headers, signal, redirect: 'error' as const };
    const answer = await fetch(
      url,
      body === null ? request : { ...request, method: 'POST', body: JSON.stringify(body) },
    );
    const text = await textOf(url, answer);
    if (!answer.ok) throw refusal(url, answer.status, text);
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : away(url, (thrown as Error).message);
  }
}

async function ask(url: string, token: string | null, signal: AbortSignal): Promise<RawAnswer> {
  const headers = { accept: 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
  try {
    const answer = await fetch(url, { headers, signal, redirect: 'manual' });
    return { status: answer.status, body: JSON.parse(await textOf(url, answer)) as unknown };
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : away(url, (thrown as Error).message);
  }
}

async function textOf(url: string, answer: Response): Promise<string> {
  const text = await boundedText(answer.body, largestAnswer);
  if (text === null) throw away(url, `its answer has over ${largestAnswer} bytes`);
  return text;
}

/** What a server refuses for good must not be sent again and again; everything else may work later. */
function refusal(url: string, status: number, text: string): AppError {
  const final = status >= 400 && status < 500 && ![401, 403, 404, 408, 425, 429].includes(status);
  if (!final) return away(url, `it answers ${status}: ${text.slice(0, 300)}`);
  return new AppError({
    code: 'resultsdb-refused',
    kind: 'invalid',
    message: `ResultsDB at ${url} does not take this: ${status} ${text.slice(0, 300)}`,
    remedy: 'see what it says is wrong',
  });
}

function away(url: string, because: string): AppError {
  return new AppError({
    code: 'resultsdb-away',
    kind: 'unavailable',
    message: `ResultsDB cannot be asked at ${url.split('?')[0]}: ${because}`,
    remedy: 'it is tried again; see whether it answers, and whether the token is good',
  });
}
