import { serveJson, type FixtureAnswer } from '@millrace/testing/http';
import type { IncomingMessage } from 'node:http';
import { answerTo, type Answering } from './answers';
import { Refused, type BodhiState, type FakeUpdate, type TagAnswer } from './state';

export type { FakeUpdate, TagAnswer } from './state';

/** A Bodhi with a state: log-ins, CSRF tokens, updates of side tags, a gate, and pushes that somebody makes. */
export interface FakeBodhi {
  readonly url: string;
  readonly updates: readonly FakeUpdate[];
  /** Methods and paths, in their order. */
  readonly calls: readonly string[];
  /** A bearer token of a user. */
  addToken(token: string, user: string): void;
  /** What the gate of an update says from now on, and which tests it misses. */
  gate(alias: string, said: FakeUpdate['gating'], unsatisfied?: readonly string[]): void;
  /** A push: what is requested comes to be. `onStable` hears of the builds. */
  push(alias: string, to: 'testing' | 'stable'): void;
  lock(alias: string, locked: boolean): void;
  /** Somebody does that in the web. */
  set(alias: string, status: FakeUpdate['status']): void;
  /** The next answers to POST are lost after they were made. */
  loseAnswers(count: number): void;
  /** null: as usual. */
  fails(status: number | null): void;
  /** Every log-in has run out. */
  expireLogins(): void;
  stop(): Promise<void>;
}

export interface FakeBodhiOptions {
  /** What its Koji knows of a tag; null: there is none. */
  readonly tag: (name: string) => TagAnswer | null;
  readonly onStable?: (builds: readonly string[], fromTag: string | null) => void;
}

export async function startFakeBodhi({ tag, onStable }: FakeBodhiOptions): Promise<FakeBodhi> {
  const maps = { logins: new Map(), tokens: new Map() };
  const state: BodhiState = { ...maps, updates: [], lose: 0, failing: null, lastId: 0x1000, calls: [] };
  const answering = { state, base: '', tag };
  const server = await serveJson((request, text) => handle(answering, request, text));
  const { url } = server;
  answering.base = url;
  const named = (alias: string): FakeUpdate => state.updates.find((one) => one.alias === alias)!;
  return {
    ...{ url, updates: state.updates, calls: state.calls },
    addToken: (token, user) => void state.tokens.set(token, user),
    gate: (alias, gating, unsatisfied = []) => void Object.assign(named(alias), { gating, unsatisfied }),
    push: (alias, to) => {
      const when = to === 'stable' ? { date_stable: '2026-02-07 09:30:00' } : { date_testing: '2026-02-01 09:30:00' };
      const one = named(alias);
      Object.assign(one, { status: to, request: null, ...when });
      if (to === 'stable') onStable?.(one.builds, one.from_tag);
    },
    lock: (alias, locked) => void Object.assign(named(alias), { locked }),
    set: (alias, status) => void Object.assign(named(alias), { status }),
    loseAnswers: (count) => void (state.lose = count),
    fails: (status) => void (state.failing = status),
    expireLogins: () => state.logins.clear(),
    stop: () => server.stop(),
  };
}

function handle(with_: Answering, request: IncomingMessage, text: string): FixtureAnswer {
  const { state } = with_;
  const url = new URL(request.url ?? '/', with_.base);
  const body = parsed(text);
  state.calls.push(`${request.method} ${url.pathname}`);
  if (state.failing !== null) return { status: state.failing, body: { status: 'error' } };
  const login = state.logins.get(/auth_tkt=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '') ?? null;
  try {
    if (url.pathname === '/oidc/login-token') return logIn(state, request);
    if (url.pathname === '/csrf') return { status: 200, body: { csrf_token: login?.csrf ?? 'none' } };
    const asked = { method: request.method ?? 'GET', url, user: login?.user ?? null, csrf: login?.csrf ?? null, body };
    const answer = answerTo(with_, asked);
    if (request.method !== 'POST' || state.lose === 0) return { status: 200, body: answer };
    state.lose -= 1;
    return null;
  } catch (thrown) {
    if (!(thrown instanceof Refused)) return { status: 500, body: { status: 'error' } };
    const error = { location: 'body', name: thrown.where, description: thrown.message };
    return { status: thrown.status, body: { status: 'error', errors: [error] } };
  }
}

function logIn(state: BodhiState, request: IncomingMessage): FixtureAnswer {
  const user = state.tokens.get((request.headers.authorization ?? '').replace(/^Bearer /, ''));
  if (user === undefined) {
    const errors = [{ name: 'token', description: 'Invalid token' }];
    return { status: 401, body: { status: 'error', errors } };
  }
  state.lastId += 1;
  const [ticket, csrf] = [`ticket-${state.lastId}`, `csrf-${state.lastId}`];
  state.logins.set(ticket, { user, csrf });
  return { status: 200, body: {}, headers: { 'set-cookie': `auth_tkt=${ticket}; Path=/; HttpOnly; SameSite=Lax` } };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  if (text === '') return {};
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}
