import { AppError, boundedText, jsonIn } from '@millrace/kernel';
import type { z } from 'zod';
import { away, fault, refused } from './fault';
import { csrf } from './schema';

export interface SessionOptions {
  /** Of its root, e.g. https://bodhi.fedoraproject.org. */
  readonly url: string;
  /** An OIDC access token, read anew for each log-in: they are short-lived and renewed by others. Left out: only read. */
  readonly token?: () => string;
  readonly timeoutMs: number;
}

const mostBytes = 32 * 1024 * 1024;

export interface Session {
  readonly host: string;
  get<Answer>(path: string, schema: z.ZodType<Answer>): Promise<Answer>;
  /** Logged in, with a CSRF token; once more after a log-in that has run out. */
  post<Answer>(path: string, body: Readonly<Record<string, unknown>>, schema: z.ZodType<Answer>): Promise<Answer>;
}

interface Sent {
  readonly status: number;
  readonly body: unknown;
}

/** Speaks to one server: its cookies (`auth_tkt` and the session that the CSRF token belongs to) go to it alone. */
export function openSession({ url, token, timeoutMs }: SessionOptions): Session {
  const base = url.replace(/\/+$/, '');
  const { host } = new URL(base);
  const cookies = new Map<string, string>();
  let csrfToken: string | null = null;

  async function send(method: string, path: string, body?: unknown, bearer?: string): Promise<Sent> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = {
      ...{ accept: 'application/json', 'user-agent': 'millrace' },
      ...(cookie === '' ? {} : { cookie }),
      ...(body === undefined ? {} : { 'content-type': 'application/json', referer: `${base}/` }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch(base + path, { method, redirect: 'manual', headers, ...sent, signal });
      keepCookies(cookies, response.headers);
      const text = await boundedText(response.body, mostBytes);
      if (text === null) throw away(host, `its answer has more than ${mostBytes} bytes`);
      return { status: response.status, body: jsonIn(text) };
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      const late = cause instanceof Error && cause.name === 'TimeoutError';
      throw away(host, late ? 'it did not answer in time' : 'it cannot be reached', cause);
    }
  }

  async function logIn(): Promise<void> {
    if (!token) throw fault('bodhi-read-only', 'forbidden', `no token for Bodhi at ${host}`, 'set bodhi.token_file');
    cookies.clear();
    const login = await send('GET', '/oidc/login-token', undefined, token());
    if (login.status >= 400 || cookies.size === 0)
      throw refused(host, 'the log-in', login.status >= 400 ? login.status : 401, login.body);
    const { status, body } = await send('GET', '/csrf');
    if (status !== 200) throw refused(host, 'GET /csrf', status, body);
    csrfToken = answerOf(host, 'GET /csrf', body, csrf).csrf_token;
  }

  return {
    host,
    get: async (path, schema) => {
      const { status, body } = await send('GET', path);
      if (status !== 200) throw refused(host, `GET ${path.split('?')[0]!}`, status, body);
      return answerOf(host, `GET ${path.split('?')[0]!}`, body, schema);
    },
    post: async (path, body, schema) => {
      const fresh = csrfToken === null;
      if (fresh) await logIn();
      let sent = await send('POST', path, { ...body, csrf_token: csrfToken });
      // Refused before anything was done: the log-in has run out.
      if (!fresh && (sent.status === 401 || sent.status === 403)) {
        await logIn();
        sent = await send('POST', path, { ...body, csrf_token: csrfToken });
      }
      if (sent.status === 401 || sent.status === 403) csrfToken = null;
      if (sent.status !== 200) throw refused(host, `POST ${path}`, sent.status, sent.body);
      return answerOf(host, `POST ${path}`, sent.body, schema);
    },
  };
}

function answerOf<Answer>(host: string, what: string, body: unknown, schema: z.ZodType<Answer>): Answer {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  throw away(host, `its answer to ${what} is none: ${read.error.issues[0]!.path.join('.')}`);
}

function keepCookies(cookies: Map<string, string>, headers: Headers): void {
  for (const line of headers.getSetCookie()) {
    const [, name, value] = /^([^=;\s]{1,200})=([^;]{0,8000})/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    if (/;\s*max-age=0/i.test(line)) cookies.delete(name);
    else cookies.set(name, value);
  }
}
