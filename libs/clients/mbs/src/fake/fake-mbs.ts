import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { step } from './builder';
import { cancel, list, Refused, row, submit } from './requests';
import { emptyState, type FakeModule, type MbsState } from './state';

export interface FakeMbsOptions {
  /** Version of the API, 1 or 2. */
  readonly api?: 1 | 2;
  /** Milliseconds between two steps; 0: only by `step()`. Default 5. */
  readonly stepMs?: number;
}

/** A Module Build Service with a builder of its own: real HTTP and JSON, its state in memory. */
export interface FakeMbs {
  readonly url: string;
  readonly state: MbsState;
  /** `loseAnswers`: executes that many submissions, and cuts the connection instead of answering. */
  readonly trouble: { offline: boolean; loseAnswers: number };
  /** Requests by method. */
  readonly calls: Map<string, number>;
  step(): boolean;
  close(): Promise<void>;
}

const longestBody = 1024 * 1024;

export async function startFakeMbs({ api = 2, stepMs = 5 }: FakeMbsOptions = {}): Promise<FakeMbs> {
  const state = emptyState();
  const trouble = { offline: false, loseAnswers: 0 };
  const calls = new Map<string, number>();
  const parts = { state, trouble, calls, api };
  const server = createServer((request, response) => void answer(parts, request, response));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const timer = stepMs > 0 ? setInterval(() => step(state), stepMs) : undefined;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/module-build-service/${api}`;
  return { url, state, trouble, calls, step: () => step(state), close: () => end(server, timer) };
}

function end(server: Server, timer: NodeJS.Timeout | undefined): Promise<void> {
  clearInterval(timer);
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}

interface Parts extends Pick<FakeMbs, 'state' | 'trouble' | 'calls'> {
  readonly api: 1 | 2;
}

async function answer(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const method = request.method ?? 'GET';
  parts.calls.set(method, (parts.calls.get(method) ?? 0) + 1);
  if (parts.trouble.offline) return say(response, 503, { error: 'Service Unavailable', message: 'down' });
  try {
    const body = await bodyOf(request);
    const { status, value } = route(parts, request, body);
    if (method === 'POST' && parts.trouble.loseAnswers > 0) {
      parts.trouble.loseAnswers--;
      return void request.socket.destroy();
    }
    say(response, status, value);
  } catch (thrown) {
    if (!(thrown instanceof Refused)) return say(response, 500, { error: 'Error', message: String(thrown) });
    say(response, thrown.status, { error: 'Refused', message: thrown.message, status: thrown.status });
  }
}

function route(parts: Parts, request: IncomingMessage, body: Record<string, unknown>) {
  const { state, api } = parts;
  const url = new URL(request.url ?? '/', 'http://mbs');
  const path = url.pathname.replace(`/module-build-service/${api}/`, '');
  const verbose = /^(true|1)$/.test(url.searchParams.get('verbose') ?? '');
  const shown = (build: FakeModule): object => row(build, verbose, state.recipes.get(build.name));
  const id = /^module-builds\/(\d+)$/.exec(path)?.[1];
  const found = id === undefined ? undefined : state.builds.find((build) => build.id === Number(id));
  if (request.method === 'GET' && path === 'about/')
    return { status: 200, value: { version: '3.0.0', auth_method: 'oidc', api_version: api } };
  if (request.method === 'GET' && path === 'rebuild-strategies/')
    return { status: 200, value: { items: ['all', 'changed-and-after', 'only-changed'].map((name) => ({ name })) } };
  if (request.method === 'GET' && path === 'module-builds/')
    return { status: 200, value: pageOf(list(state, url.searchParams), url, shown) };
  if (request.method === 'GET' && id !== undefined) {
    if (!found) throw new Refused(404, 'No such module found.');
    return { status: 200, value: shown(found) };
  }
  const who = userOf(state, request);
  if (request.method === 'PATCH' && id !== undefined) return { status: 200, value: shown(cancel(found, who, body)) };
  if (request.method === 'POST' && path === 'module-builds/') {
    const builds = submit(state, who, body).map(shown);
    return { status: 201, value: api === 1 ? builds[0]! : builds };
  }
  throw new Refused(404, `The requested URL ${path} was not found`);
}

function pageOf(builds: readonly FakeModule[], url: URL, shown: (build: FakeModule) => object): object {
  const page = Number(url.searchParams.get('page') ?? 1);
  const perPage = Math.min(100, Number(url.searchParams.get('per_page') ?? 10));
  const items = builds.slice((page - 1) * perPage, page * perPage).map(shown);
  const meta = { page, pages: Math.ceil(builds.length / perPage), per_page: perPage, total: builds.length };
  return { items, meta };
}

function userOf({ tokens }: MbsState, { headers }: IncomingMessage): string {
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  const user = token === undefined ? undefined : tokens.get(token);
  if (user === undefined) throw new Refused(401, "No 'authorization' header found.");
  return user;
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > longestBody) throw new Refused(413, 'Request too long');
    pieces.push(piece);
  }
  if (bytes === 0) return {};
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8')) as Record<string, unknown>;
  } catch {
    throw new Refused(400, 'Invalid JSON submitted');
  }
}

function say(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
