import type { Row } from '@millrace/kernel';
import type { Filter, TableReader } from '@millrace/store';
import { searchValue } from '../../domain/record';
import { groupKey, type ResultRow } from '../../domain/state';
import { nameKeys } from '../../domain/subject';
import type { BridgeRead } from '../read';
import type { DataFilter, Page, ResultsQuery, Search } from './query';
import { wildcardMatches } from './wildcard';

/** A page of results and one more, which tells whether there is a next page. */
export async function findResults(read: BridgeRead, query: ResultsQuery): Promise<readonly ResultRow[]> {
  const needed = (query.page + 1) * query.limit + 1;
  const seeded = await seededResults(read, query);
  const found = seeded
    ? seeded.filter((row) => hasOutcome(row, query)).sort(bySubmitTime(query.ascending))
    : await scanResults(read, query, needed);
  return pageOf(found, query);
}

/** Without keys: what is newest per test case. With them: what is newest per test case and first value of each key. */
export async function findLatest(read: BridgeRead, query: ResultsQuery): Promise<readonly ResultRow[]> {
  const anyOutcome = { ...query, outcomes: [] };
  const seeded = await seededResults(read, anyOutcome);
  const newestFirst = bySubmitTime(false);
  if (query.distinctOn.length > 0) {
    const all = seeded ?? (await scanResults(read, { ...anyOutcome, ascending: false }, Infinity));
    return newestPer(all, (row) => JSON.stringify(query.distinctOn.map((key) => row.data[key]?.[0] ?? null)));
  }
  const newest = seeded ? newestOf(seeded) : await newestOfEach(read, anyOutcome);
  return [...newest].sort(newestFirst);
}

/** Rows of a table in an order, until as many match as are needed. Windows grow, since nobody knows how many will. */
export async function scan<R extends Row>(
  reader: TableReader<R>,
  filter: Filter,
  orderBy: string,
  matches: (row: R) => boolean,
  needed: number,
): Promise<readonly R[]> {
  for (let window = Math.max(200, needed === Infinity ? 0 : needed); ; window *= 4) {
    const rows = await reader.where(filter, { orderBy, limit: window });
    const found = rows.filter(matches);
    if (found.length >= needed || rows.length < window) return found.slice(0, Math.min(found.length, needed));
  }
}

export function pageOf<R>(rows: readonly R[], { page, limit }: Page): readonly R[] {
  return rows.slice(page * limit, (page + 1) * limit + 1);
}

/** By a data value or a group that all of them must have, when the query names one; null when it names none. */
async function seededResults(read: BridgeRead, search: Search): Promise<ResultRow[] | null> {
  const seeds = [
    ...search.data.filter((filter) => !filter.like),
    ...(search.groups.length > 0 ? [{ key: groupKey, values: search.groups, like: false }] : []),
  ];
  const seed = await mostSelective(read, seeds);
  if (!seed) return null;
  const rows = await read.resultData.where(seedFilter(seed));
  const results = await read.results.getMany([...new Set(rows.map((row) => row.result))]);
  return results.filter((row) => matchesSearch(row, search));
}

function seedFilter(seed: DataFilter): Filter {
  return { key: seed.key, value: seed.values.map(searchValue) };
}

/** What an artifact is called leads to few results; the other values are counted first. */
async function mostSelective(read: BridgeRead, seeds: readonly DataFilter[]): Promise<DataFilter | null> {
  const named = seeds.find((seed) => (nameKeys as readonly string[]).includes(seed.key));
  if (named || seeds.length < 2) return named ?? seeds[0] ?? null;
  const counts = await Promise.all(seeds.map((seed) => read.resultData.count(seedFilter(seed))));
  return seeds[counts.indexOf(Math.min(...counts))]!;
}

function scanResults(
  read: Pick<BridgeRead, 'results'>,
  query: Search & { readonly ascending: boolean },
  needed: number,
): Promise<readonly ResultRow[]> {
  const filter = {
    ...(query.outcomes.length > 0 ? { outcome: query.outcomes } : {}),
    ...(query.testcases.length > 0 && query.testcasesLike.length === 0 ? { testcase: query.testcases } : {}),
  };
  const orderBy = query.ascending ? 'submit_time' : '-submit_time';
  return scan(read.results, filter, orderBy, (row) => matchesSearch(row, query), needed);
}

async function newestOfEach(read: BridgeRead, search: Search): Promise<readonly ResultRow[]> {
  const matches = (name: string): boolean => matchesTestcase(name, search);
  const testcases = await scan(read.testcases, {}, 'id', (row) => matches(row.id), Infinity);
  const newest: ResultRow[] = [];
  for (const { id } of testcases) {
    const about = { ...search, testcases: [id], testcasesLike: [], ascending: false };
    const [first] = await scanResults(read, about, 1);
    if (!first) continue;
    const same = await read.results.where({ testcase: id, submit_time: first.submit_time });
    newest.push(...same.filter((row) => matchesSearch(row, search)));
  }
  return newest;
}

function newestOf(rows: readonly ResultRow[]): readonly ResultRow[] {
  const times = new Map<string, string>();
  for (const { testcase, submit_time } of rows) {
    if (submit_time > (times.get(testcase) ?? '')) times.set(testcase, submit_time);
  }
  return rows.filter((row) => row.submit_time === times.get(row.testcase));
}

function newestPer(rows: readonly ResultRow[], keyOf: (row: ResultRow) => string): readonly ResultRow[] {
  const newest = new Map<string, ResultRow>();
  for (const row of [...rows].sort(bySubmitTime(false))) {
    const key = `${row.testcase}|${keyOf(row)}`;
    if (!newest.has(key)) newest.set(key, row);
  }
  return [...newest.values()];
}

function bySubmitTime(ascending: boolean): (a: ResultRow, b: ResultRow) => number {
  const sign = ascending ? 1 : -1;
  return (a, b) =>
    sign * (a.submit_time === b.submit_time ? a.number - b.number : a.submit_time < b.submit_time ? -1 : 1);
}

function hasOutcome(row: ResultRow, { outcomes }: Search): boolean {
  return outcomes.length === 0 || outcomes.includes(row.outcome);
}

function matchesSearch(row: ResultRow, search: Search): boolean {
  if (search.since !== null && row.submit_time < search.since) return false;
  if (search.until !== null && row.submit_time > search.until) return false;
  if (!hasOutcome(row, search) || !matchesTestcase(row.testcase, search)) return false;
  if (search.groups.length > 0 && !row.groups.some((uuid) => search.groups.includes(uuid))) return false;
  return search.data.every((filter) => matchesData(row, filter));
}

function matchesTestcase(name: string, { testcases, testcasesLike }: Search): boolean {
  if (testcases.length === 0 && testcasesLike.length === 0) return true;
  return testcases.includes(name) || testcasesLike.some((pattern) => wildcardMatches(pattern, name));
}

function matchesData(row: ResultRow, { key, values, like }: DataFilter): boolean {
  const held = Object.hasOwn(row.data, key) ? row.data[key]! : [];
  return held.some((value) => values.some((wanted) => (like ? wildcardMatches(wanted, value) : wanted === value)));
}
