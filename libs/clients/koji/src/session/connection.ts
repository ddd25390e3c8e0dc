import { AppError } from '@millrace/kernel';
import { readFileSync } from 'node:fs';
import { Agent, ProxyAgent, request, type Dispatcher } from 'undici';
import { decodeArriving, type RpcAnswer } from '../xml-rpc/decode';
import { defaultTimeoutMs, leastTimeoutMs, type KojiOptions } from './options';

export interface Post {
  /** Below the hub's address: '' or `/ssllogin`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** The hub as an HTTP server: one POST, one answer. Retries are decided above. */
export interface Connection {
  readonly url: string;
  post(post: Post): Promise<RpcAnswer>;
  /** From the last answer's `Koji-Version` header; null on hubs before 1.35 and before the first answer. */
  version(): string | null;
  close(): Promise<void>;
}

/**
 * No answer came, or none that can be read: whether the call was executed is not known.
 * Its `kind` is unavailable.
 */
export class NoAnswer extends AppError {}

export function openConnection(options: KojiOptions): Connection {
  const url = checkedUrl(options.url);
  const timeout = options.timeoutMs ?? defaultTimeoutMs;
  if (timeout < leastTimeoutMs) throw badOption(`timeoutMs is ${timeout}`, `give at least ${leastTimeoutMs}`);
  const dispatcher = dispatcherOf(options);
  let version: string | null = null;
  return {
    url,
    version: () => version,
    close: () => dispatcher.close(),
    post: async (post) => {
      const response = await send(url, post, { dispatcher, timeout, userAgent: options.userAgent ?? 'koji/1' });
      const said = response.headers['koji-version'];
      version = typeof said === 'string' ? said : version;
      return answerOf(url, response);
    },
  };
}

/** At one time: a hub has few workers, and others need them. */
const connections = 8;

interface Way {
  readonly dispatcher: Dispatcher;
  readonly timeout: number;
  readonly userAgent: string;
}

async function send(
  url: string,
  { path, query = {}, headers, body }: Post,
  way: Way,
): Promise<Dispatcher.ResponseData> {
  const search = new URLSearchParams(query).toString();
  try {
    return await request(`${url}${path}${search && `?${search}`}`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml', 'user-agent': way.userAgent, ...headers },
      body,
      dispatcher: way.dispatcher,
      headersTimeout: way.timeout,
      bodyTimeout: way.timeout,
    });
  } catch (cause) {
    throw noAnswer(url, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

async function answerOf(url: string, response: Dispatcher.ResponseData): Promise<RpcAnswer> {
  const { statusCode, headers, body } = response;
  const type = String(headers['content-type'] ?? '');
  if (statusCode !== 200 || !/\bxml\b/.test(type)) {
    await body.dump({ limit: 65_536 }).catch(() => undefined);
    throw refused(url, statusCode, type);
  }
  body.setEncoding('utf8');
  try {
    return await decodeArriving(body as AsyncIterable<string>);
  } catch (cause) {
    throw noAnswer(url, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function refused(url: string, status: number, type: string): AppError {
  const what = `${url} answered with status ${status} (${type || 'without a type'})`;
  if (status >= 500 || status === 408 || status === 429) return noAnswer(url, what, undefined);
  if (status === 401 || status === 403) {
    const remedy = 'check the certificate or ticket, and that the address is served for it';
    return new AppError({ code: 'koji-not-authorised', kind: 'forbidden', message: what, remedy });
  }
  const remedy = 'check the address: a Koji hub is at …/kojihub and answers POST with text/xml';
  return new AppError({ code: 'koji-not-a-hub', kind: 'invalid', message: what, remedy });
}

function noAnswer(url: string, why: string, cause: unknown): NoAnswer {
  return new NoAnswer({
    code: 'koji-no-answer',
    kind: 'unavailable',
    message: `no answer from the Koji hub at ${url}: ${why}`,
    remedy: 'check that the hub is up and can be reached from here (proxy, certificate authority)',
    cause,
  });
}

function dispatcherOf({ login, caFile, proxy }: KojiOptions): Dispatcher {
  const tls = {
    ...(caFile === undefined ? {} : { ca: pem(caFile) }),
    ...(login?.kind === 'certificate' ? { cert: pem(login.certFile), key: pem(login.keyFile) } : {}),
  };
  return proxy === undefined
    ? new Agent({ connect: tls, connections })
    : new ProxyAgent({ uri: proxy, requestTls: tls, connections });
}

function pem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const remedy = 'name a PEM file that this process may read';
    throw new AppError({
      code: 'koji-file-unreadable',
      kind: 'invalid',
      message: `cannot read ${file}`,
      remedy,
      cause,
    });
  }
}

function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && !url.search && !url.username) return text.replace(/\/+$/, '');
  throw badOption(`'${text.slice(0, 200)}' is no address of a hub`, 'write it like https://koji.example.org/kojihub');
}

function badOption(message: string, remedy: string): AppError {
  return new AppError({ code: 'koji-option-invalid', kind: 'invalid', message, remedy });
}
