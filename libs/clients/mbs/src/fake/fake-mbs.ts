import { serveJson, type FixtureAnswer } from '@millrace/testing/http';
import type { IncomingMessage } from 'node:http';
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

export async function startFakeMbs({ api = 2, stepMs = 5 }: FakeMbsOptions = {}): Promise<FakeMbs> {
  const state = emptyState();
  const trouble = { offline: false, loseAnswers: 0 };
  const calls = new Map<string, number>();
  const parts = { state, trouble, calls, api };
  const server = await serveJson((request, text) => answerTo(parts, request, text));
  const timer = stepMs > 0 ? setInterval(() => step(state), stepMs) : undefined;
  const close = (): Promise<void> => {
    clearInterval(timer);
    return server.stop();
  };
  const url = `${server.url}/module-build-service/${api}`;
  return { url, state, trouble, calls, step: () => step(state), close };
}

interface Parts extends Pick<FakeMbs, 'state' | 'trouble' | 'calls'> {
  readonly api: 1 | 2;
}

function answerTo(parts: Parts, request: IncomingMessage, text: string): FixtureAnswer {
  const method = request.method ?? 'GET';
  parts.calls.set(method, (parts.calls.get(method) ?? 0) + 1);
  if (parts.trouble.offline) return { status: 503, body: { error: 'Service Unavailable', message: 'down' } };
  try {
    const answer = route(parts, request, bodyIn(text));
    if (method !== 'POST' || parts.trouble.loseAnswers === 0) return answer;
    parts.trouble.loseAnswers--;
    return null;
  } catch (thrown) {
    if (!(thrown instanceof Refused)) return { status: 500, body: { error: 'Error', message: String(thrown) } };
    const { status, message } = thrown;
    return { status, body: { error: 'Refused', message, status } };
  }
}

function route(parts: Parts, request: IncomingMessage, given: Record<string, unknown>): FixtureAnswer {
  const { state, api } = parts;
  const url = new URL(request.url ?? '/', 'http://mbs');
  const path = url.pathname.replace(`/module-build-service/${api}/`, '');
  const verbose = /^(true|1)$/.test(url.searchParams.get('verbose') ?? '');
  const shown = (build: FakeModule): object => row(build, verbose, state.recipes.get(build.name));
  const id = /^module-builds\/(\d+)$/.exec(path)?.[1];
  const found = id === undefined ? undefined : state.builds.find((build) => build.id === Number(id));
  if (request.method === 'GET' && path === 'about/')
    return { status: 200, body: { version: '3.0.0', auth_method: 'oidc', api_version: api } };
  if (request.method === 'GET' && path === 'rebuild-strategies/')
    return { status: 200, body: { items: ['all', 'changed-and-after', 'only-changed'].map((name) => ({ name })) } };
  if (request.method === 'GET' && path === 'module-builds/')
    return { status: 200, body: pageOf(list(state, url.searchParams), url, shown) };
  if (request.method === 'GET' && id !== undefined) {
    if (!found) throw new Refused(404, 'No such module found.');
    return { status: 200, body: shown(found) };
  }
  const who = userOf(state, request);
  if (request.method === 'PATCH' && id !== undefined) return { status: 200, body: shown(cancel(found, who, given)) };
  if (request.method === 'POST' && path === 'module-builds/') {
    const builds = submit(state, who, given).map(shown);
    return { status: 201, body: api === 1 ? builds[0]! : builds };
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

function bodyIn(text: string): Record<string, unknown> {
  if (text === '') return {};
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new Refused(400, 'Invalid JSON submitted');
  }
}
