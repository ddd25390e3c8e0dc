import { serveJson, type FixtureAnswer } from '@millrace/testing/http';
import type { IncomingMessage } from 'node:http';
import type { ForgeSettings } from '../schema';
import { dialects, type FakePull } from './forge-dialects';

/** A forge that keeps pull requests, and speaks its kind's API. */
export interface FakeForge {
  readonly url: string;
  readonly token: string;
  readonly pulls: readonly FakePull[];
  /** A person merges it; `as`: the commit that it became. */
  merge(number: number, as: string): void;
  close(number: number): void;
  /** Somebody else's request. */
  has(pull: Partial<FakePull> & Pick<FakePull, 'from' | 'to'>): FakePull;
  /** The next creation is done, but its answer is lost. */
  loseNextAnswer(): void;
  stop(): Promise<void>;
}

export async function startFakeForge(kind: ForgeSettings['kind'], project: string): Promise<FakeForge> {
  const token = 'a-token-of-the-fake';
  const pulls: FakePull[] = [];
  let losing = false;
  const dialect = dialects[kind];
  const make = (pull: Partial<FakePull> & Pick<FakePull, 'from' | 'to'>): FakePull => {
    const made = { title: '', body: '', state: 'open', as: null, number: pulls.length + 1, ...pull } as const;
    pulls.push(made);
    return made;
  };
  const change = (number: number, what: Partial<FakePull>): void => {
    pulls.splice(0, pulls.length, ...pulls.map((one) => (one.number === number ? { ...one, ...what } : one)));
  };
  const answer = (request: IncomingMessage, text: string): FixtureAnswer => {
    if (!dialect.knows(request.headers, token)) return { status: 401, body: { message: 'who are you?' } };
    const url = new URL(request.url ?? '/', 'http://forge');
    if (request.method === 'GET' && url.pathname === dialect.list(project)) {
      return { status: 200, body: dialect.page(pulls, url.searchParams) };
    }
    if (request.method !== 'POST' || url.pathname !== dialect.create(project))
      return { status: 404, body: { message: 'no' } };
    const wanted = dialect.wanted(text);
    const there = pulls.some((one) => one.state === 'open' && one.from === wanted.from && one.to === wanted.to);
    if (there && dialect.doubled !== null)
      return { status: dialect.doubled, body: { message: 'there is one already' } };
    const made = make(wanted);
    if (!losing) return { status: dialect.created, body: dialect.one(made) };
    losing = false;
    return null;
  };
  const server = await serveJson(answer);
  return {
    url: server.url,
    token,
    pulls,
    merge: (number, as) => change(number, { state: 'merged', as }),
    close: (number) => change(number, { state: 'closed' }),
    has: make,
    loseNextAnswer: () => void (losing = true),
    stop: () => server.stop(),
  };
}
