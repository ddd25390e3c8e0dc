import type { Row } from '@millrace/kernel';
import type { Filter, Order, TableReader } from '@millrace/store';
import { groupKey, term, type ResultRow } from '../../domain/state';
import { nameKeys } from '../../domain/subject';
import type { BridgeRead } from '../read';
import type { DataFilter, Page, ResultsQuery, Search } from './query';
import { wildcardMatches } from './wildcard';

/** Rows of one name or value that are fetched and sorted at once; those of a more common one are walked. */
const mostFetched = 5000;

/** A page of results and one more, which tells whether there is a next page. */
export async function findResults(read: BridgeRead, query: ResultsQuery): Promise<readonly ResultRow[]> {
  const needed = (query.page + 1) * query.limit + 1;
  return pageOf(await search(read, query, query.ascending, needed), query);
}

/** Without keys: what is newest per test case. With them: what is newest per test case and first value of each key. */
export async function findLatest(read: BridgeRead, query: ResultsQuery): Promise<readonly ResultRow[]> {
  const wanted = { ...query, outcomes: [] };
  if (query.distinctOn.length > 0) {
    const all = await search(read, wanted, false, Infinity);
    return newestPer(all, (row) => JSON.stringify(query.distinctOn.map((key) => row.data[key]?.[0] ?? null)));
  }
  const terms = await termsOfSearch(read, wanted);
  const isRare = terms.lists.length > 0 && !terms.walk;
  const newest = isRare ? newestOf(await search(read, wanted, false, Infinity)) : await newestOfEach(read, wanted);
  return [...newest].sort(newestFirst);
}

/** Rows of a table in an order, until as many match as are needed. Windows grow, since nobody knows how many will. */
export async function scan<R extends Row>(
  reader: TableReader<R>,
  filter: Filter,
  order: Order,
  matches: (row: R) => boolean,
  needed: number,
  least = 200,
): Promise<readonly R[]> {
  if (needed === Infinity) return (await reader.where(filter, order)).filter(matches);
  for (let window = Math.max(least, needed); ; window *= 4) {
    const rows = await reader.where(filter, { ...order, limit: window });
    const found = rows.filter(matches);
    if (found.length >= needed || rows.length < window) return found.slice(0, needed);
  }
}

export function pageOf<R>(rows: readonly R[], { page, limit }: Page): readonly R[] {
  return rows.slice(page * limit, (page + 1) * limit + 1);
}

/** All that match, in the order of their submit times, until as many are found as are needed. */
async function search(
  read: BridgeRead,
  wanted: Search,
  ascending: boolean,
  needed: number,
): Promise<readonly ResultRow[]> {
  const testcases = await testcasesOf(read, wanted);
  const filter: Filter = {
    ...(wanted.outcomes.length > 0 ? { outcome: wanted.outcomes } : {}),
    ...(testcases === null ? {} : { testcase: testcases }),
    ...(wanted.since === null && wanted.until === null
      ? {}
      : { submit_time: { from: wanted.since ?? undefined, until: wanted.until ?? undefined } }),
  };
  const { lists, walk } = await termsOfSearch(read, wanted);
  const order: Order = {
    orderBy: ascending ? 'submit_time' : '-submit_time',
    ...(lists.length > 0 ? { terms: lists, walk } : {}),
  };
  const isExact = wanted.data.every((filter) => !filter.like);
  return scan(read.results, filter, order, (row) => matchesSearch(row, wanted), needed, isExact ? needed : 200);
}

/** Names of test cases, those of patterns too; null when any will do. */
async function testcasesOf(read: BridgeRead, { testcases, testcasesLike }: Search): Promise<readonly string[] | null> {
  if (testcasesLike.length === 0) return testcases.length === 0 ? null : testcases;
  const matches = ({ id }: Row): boolean => testcasesLike.some((pattern) => wildcardMatches(pattern, id));
  const found = await scan(read.testcases, {}, { orderBy: 'id' }, matches, Infinity);
  return [...new Set([...testcases, ...found.map(({ id }) => id)])];
}

/** What data and groups ask for, the rarest first. What an artifact is called leads to few results. */
async function termsOfSearch(
  read: BridgeRead,
  { data, groups }: Search,
): Promise<{ readonly lists: readonly (readonly string[])[]; readonly walk: boolean }> {
  const exact = data.filter((filter) => !filter.like);
  const lists = [
    ...exact.map(({ key, values }) => values.map((value) => term(key, value))),
    ...(groups.length > 0 ? [groups.map((uuid) => term(groupKey, uuid))] : []),
  ];
  const named = exact.findIndex(({ key }) => (nameKeys as readonly string[]).includes(key));
  if (lists.length === 0 || named >= 0) return { lists: firstOf(lists, Math.max(0, named)), walk: false };
  const counts = await Promise.all(lists.map((list) => read.results.countTerms(list, mostFetched)));
  const fewest = Math.min(...counts);
  return { lists: firstOf(lists, counts.indexOf(fewest)), walk: fewest >= mostFetched };
}

function firstOf<T>(all: readonly T[], first: number): readonly T[] {
  return [...all.slice(first, first + 1), ...all.slice(0, first), ...all.slice(first + 1)];
}

async function newestOfEach(read: BridgeRead, wanted: Search): Promise<readonly ResultRow[]> {
  const matches = (name: string): boolean => matchesTestcase(name, wanted);
  const testcases = await scan(read.testcases, {}, { orderBy: 'id' }, (row) => matches(row.id), Infinity);
  const newest: ResultRow[] = [];
  for (const { id } of testcases) {
    const about = { ...wanted, testcases: [id], testcasesLike: [] };
    const [first] = await search(read, about, false, 1);
    if (!first) continue;
    const same = await read.results.where({ testcase: id, submit_time: first.submit_time });
    newest.push(...same.filter((row) => matchesSearch(row, wanted)));
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
  for (const row of [...rows].sort(newestFirst)) {
    const key = `${row.testcase}|${keyOf(row)}`;
    if (!newest.has(key)) newest.set(key, row);
  }
  return [...newest.values()];
}

function newestFirst(a: ResultRow, b: ResultRow): number {
  return a.submit_time === b.submit_time ? b.number - a.number : a.submit_time < b.submit_time ? 1 : -1;
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
