import { serveJson, type FixtureAnswer } from '@millrace/testing/http';
import type { IncomingMessage } from 'node:http';

export interface FakeResultsDb {
  readonly url: string;
  /** Results in the order in which they were posted. */
  readonly results: readonly Readonly<Record<string, unknown>>[];
  /** Answers the next requests with this status, before or after it did what was asked. */
  fail(times: number, status: number, when: 'before' | 'after'): void;
  close(): Promise<void>;
}

interface Kept {
  readonly id: number;
  readonly submit_time: string;
  readonly data: Readonly<Record<string, readonly string[]>>;
  readonly [member: string]: unknown;
}

/** As much of ResultsDB's API v2.0 as the client speaks to, in memory. */
export async function startFakeResultsDb(): Promise<FakeResultsDb> {
  const results: Kept[] = [];
  let failing = { times: 0, status: 503, when: 'before' as 'before' | 'after' };
  const server = await serveJson((request, text) => {
    if (request.method !== 'POST' || failing.times === 0) return answerTo(request, text, results);
    failing = { ...failing, times: failing.times - 1 };
    if (failing.when === 'after') answerTo(request, text, results);
    return { status: failing.status, body: { message: 'no' } };
  });
  return {
    url: `${server.url}/api/v2.0`,
    results,
    fail: (times, status, when) => void (failing = { times, status, when }),
    close: () => server.stop(),
  };
}

function answerTo(request: IncomingMessage, text: string, results: Kept[]): FixtureAnswer {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname !== '/api/v2.0/results') return { status: 404, body: { message: 'Not found' } };
  if (request.method === 'GET') return { status: 200, body: pageOf(results, url) };
  const given = JSON.parse(text) as Kept & { testcase?: unknown; outcome?: unknown };
  if (given.testcase === undefined || given.outcome === undefined)
    return { status: 400, body: { message: 'testcase: Field required' } };
  const testcase = typeof given.testcase === 'string' ? { name: given.testcase } : given.testcase;
  const groups = ((given['groups'] as (string | { uuid: string })[] | undefined) ?? []).map((one) =>
    typeof one === 'string' ? one : one.uuid,
  );
  const now = new Date().toISOString().replace('Z', '000');
  const kept = { ...given, id: results.length + 1, testcase, groups, submit_time: given.submit_time ?? now };
  results.push(kept);
  return { status: 201, body: kept };
}

function isHeld(data: Kept['data'] | undefined, name: string, value: string): boolean {
  const held = data?.[name.replace(/:like$/, '')] ?? [];
  if (!name.endsWith(':like')) return held.includes(value);
  const pattern = value.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return held.some((one) => new RegExp(`^${pattern.join('.*')}$`).test(one));
}

function pageOf(results: readonly Kept[], url: URL): object {
  const own = ['page', 'limit', '_sort', 'since'];
  const filters = [...url.searchParams].filter(([name]) => !own.includes(name));
  const since = url.searchParams.get('since') ?? '';
  const [page, limit] = [Number(url.searchParams.get('page') ?? 0), Number(url.searchParams.get('limit') ?? 20)];
  const found = results
    .filter((one) => one.submit_time >= since)
    .filter((one) => filters.every(([name, value]) => isHeld(one.data, name, value)))
    .sort((a, b) => (a.submit_time < b.submit_time ? -1 : 1));
  const sorted = url.searchParams.get('_sort') === 'asc:submit_time' ? found : found.reverse();
  const data = sorted.slice(page * limit, (page + 1) * limit);
  return { data, next: sorted.length > (page + 1) * limit ? `?page=${page + 1}` : null, prev: null };
}
