import { AppError, boundedText, jsonIn } from '@millrace/kernel';
import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import type { ForgeSettings } from '../schema';

interface ForgeCall {
  readonly method: 'GET' | 'POST';
  /** With its query, below the API's address. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** As a form instead of JSON. */
  readonly form?: boolean;
  /** Statuses that are an answer, too: it is null then. */
  readonly nothing?: readonly number[];
}

export type Ask = <Answer>(call: ForgeCall, schema: z.ZodType<Answer>) => Promise<Answer | null>;

const mostBytes = 8 * 1024 * 1024;
const timeoutMs = 30_000;

/** Asks a forge's API. The token is read from its file for each call, and goes to that server alone. */
export function asker(
  settings: ForgeSettings,
  base: string,
  headersFor: (token: string) => Readonly<Record<string, string>>,
): Ask {
  const host = new URL(settings.address).host;
  return async (call, schema) => {
    const headers = headersFor(await tokenOf(settings));
    const { status, text } = await send(host, base + call.path, call, headers);
    if (call.nothing?.includes(status)) return null;
    if (status >= 400 || status < 200) throw refused(host, call, status, text);
    const read = schema.safeParse(jsonIn(text));
    if (read.success) return read.data;
    const where = read.error.issues[0]!.path.join('.');
    throw fault('forge-answer', 'unavailable', `${host} gave an answer to ${call.method} that is none: ${where}`);
  };
}

async function tokenOf({ token_file }: ForgeSettings): Promise<string> {
  const token = (await readFile(token_file, 'utf8').catch(() => '')).trim();
  if (/^[\x21-\x7e]{1,500}$/.test(token)) return token;
  throw fault(
    'forge-forbidden',
    'forbidden',
    `${token_file} holds no access token`,
    'put the token into it, on one line',
  );
}

async function send(
  host: string,
  url: string,
  { method, body, form = false }: ForgeCall,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly text: string }> {
  const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
  const text = body && (form ? new URLSearchParams(body as Record<string, string>).toString() : JSON.stringify(body));
  try {
    const response = await fetch(url, {
      method,
      redirect: 'error',
      headers: {
        accept: 'application/json',
        'user-agent': 'millrace',
        ...headers,
        ...(text ? { 'content-type': type } : {}),
      },
      ...(text ? { body: text } : {}),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const said = await boundedText(response.body, mostBytes);
    if (said === null) {
      throw fault('forge-answer', 'unavailable', `${host} gave an answer of more than ${mostBytes} bytes`);
    }
    return { status: response.status, text: said };
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw fault('forge-unreachable', 'unavailable', `${host} could not be asked`, 'it is asked again', cause);
  }
}

function refused(host: string, call: ForgeCall, status: number, text: string): AppError {
  const said = text.replace(/\s+/g, ' ').slice(0, 300);
  const what = `${host} answered ${status} to ${call.method} ${call.path.split('?')[0]!}: ${said}`;
  if (status === 401 || status === 403) {
    return fault('forge-forbidden', 'forbidden', what, 'give the token the right to open pull requests there');
  }
  if (status === 404)
    return fault('forge-project-unknown', 'missing', what, 'look at the project in the release definition');
  return fault('forge-unreachable', 'unavailable', what, 'it is asked again');
}

function fault(code: string, kind: AppError['kind'], message: string, remedy?: string, cause?: unknown): AppError {
  return new AppError({ code, kind, message, ...(remedy === undefined ? {} : { remedy }), cause });
}
