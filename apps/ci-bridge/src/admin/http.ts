import type { Request, Response } from 'express';
import type { Reply } from './reply';

/** A request as the foreign APIs see it, free of any framework. */
export interface ApiRequest {
  /** The API's own address, without a slash at its end. */
  readonly base: string;
  /** The whole address that was asked for. */
  readonly url: string;
  /** null or undefined when it is no JSON. */
  readonly body: unknown;
  readonly idempotencyKey: string | null;
  /** The bearer token that came with it. */
  readonly token: string | null;
}

/** Bytes of a body that are taken unless the settings say otherwise. */
const largestBody = 1024 * 1024;

export async function send(response: Response, answer: Promise<Reply>): Promise<void> {
  const { status, body } = await answer;
  response.status(status).json(body);
}

const callbackName = /^[A-Za-z_$][\w$.]{0,99}$/;

/**
 * As {@link send}; with the parameter `callback` as a script that calls it (JSONP), as old clients of WaiverDB and
 * Greenwave ask for. Only what anybody may read is answered so.
 */
export async function sendCalled(request: Request, response: Response, answer: Promise<Reply>): Promise<void> {
  const { callback } = request.query;
  if (callback === undefined) return send(response, answer);
  if (typeof callback !== 'string' || !callbackName.test(callback)) {
    return send(response, Promise.resolve({ status: 400, body: { message: 'callback is no name of a function' } }));
  }
  const { status, body } = await answer;
  // Both ends a line in a script, though not in JSON.
  const text = JSON.stringify(body)
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
  response.set('X-Content-Type-Options', 'nosniff').type('application/javascript');
  response.status(status).send(`${callback}(${text});`);
}

/** The answer to a body that is too large; null for every other. */
export function bounded(request: Request, largest = largestBody): Promise<Reply> | null {
  const { rawBody } = request as { rawBody?: Buffer };
  const size = Math.max(Number(request.headers['content-length'] ?? 0), rawBody?.length ?? 0);
  if (size <= largest) return null;
  return Promise.resolve({
    status: 413,
    body: { message: `The body has ${size} bytes; at most ${largest} are taken` },
  });
}

/** Lets the one foreign web page that the settings name read our answers; any other gets no such word. */
export function allowOrigin(request: Request, response: Response, origin: string | null): void {
  if (origin === null || request.headers.origin !== origin) return;
  response.set({
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Headers': 'Content-Type',
    'Access-Control-Allow-Method': 'POST, OPTIONS',
    'Access-Control-Allow-Methods': 'GET, OPTIONS, POST',
    Vary: 'Origin',
  });
}

/** Reads `Authorization: Bearer …`. */
function bearerOf(request: Request): string | null {
  return /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

export function of(request: Request, prefix: string): ApiRequest {
  const origin = `${request.protocol}://${request.headers.host ?? 'localhost'}`;
  const key = request.headers['idempotency-key'];
  return {
    base: origin + prefix,
    url: origin + request.originalUrl,
    body: request.is('json') ? (request.body as unknown) : null,
    idempotencyKey: typeof key === 'string' && key !== '' && key.length <= 200 ? key : null,
    token: bearerOf(request),
  };
}

export function pathBehind(request: Request, start: string): string {
  const path = request.originalUrl.split('?')[0]!.slice(start.length);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

export function parametersOf(request: ApiRequest): URLSearchParams {
  return new URL(request.url).searchParams;
}

/** A JSON object; null for everything else. */
export function jsonBody({ body }: ApiRequest): Readonly<Record<string, unknown>> | null {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  return isObject ? (body as Readonly<Record<string, unknown>>) : null;
}
