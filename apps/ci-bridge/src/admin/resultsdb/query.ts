import { parseStamp, type Stamp } from '../../domain/stamp';
import { invalid, valueError, type Problem, type Reply } from '../reply';

export interface DataFilter {
  readonly key: string;
  /** One of these is enough. */
  readonly values: readonly string[];
  /** `*` stands for any run of characters. */
  readonly like: boolean;
}

/** What results are looked for; every part that is given must hold. */
export interface Search {
  readonly since: Stamp | null;
  readonly until: Stamp | null;
  readonly outcomes: readonly string[];
  readonly groups: readonly string[];
  readonly testcases: readonly string[];
  readonly testcasesLike: readonly string[];
  readonly data: readonly DataFilter[];
}

export interface Page {
  readonly page: number;
  readonly limit: number;
}

export interface ResultsQuery extends Search, Page {
  readonly ascending: boolean;
  readonly distinctOn: readonly string[];
}

const ownParameters = new Set([
  ...['page', 'limit', '_sort', 'since', 'outcome', 'groups', 'testcases', 'testcases:like', '_distinct_on'],
]);
const defaultLimit = 20;
const largestLimit = 10_000;

/** Reads the parameters of `/results` and `/results/latest`; every parameter that is not theirs filters by data. */
export function parseResultsQuery(parameters: URLSearchParams, outcomes: readonly string[]): ResultsQuery | Reply {
  const problems: Problem[] = [];
  const page = parsePage(parameters, problems);
  const { since, until } = parseSince(parameters, problems);
  const wanted = list(parameters, 'outcome').map((outcome) => outcome.toUpperCase());
  if (wanted.some((outcome) => !outcomes.includes(outcome))) {
    problems.push(valueError('outcome', `must be one of: ${outcomes.join(', ')}`, list(parameters, 'outcome')));
  }
  if (problems.length > 0) return invalid(problems);
  return {
    ...page,
    since,
    until,
    outcomes: wanted,
    groups: list(parameters, 'groups'),
    testcases: list(parameters, 'testcases'),
    testcasesLike: list(parameters, 'testcases:like'),
    ascending: parameters.get('_sort') === 'asc:submit_time',
    distinctOn: list(parameters, '_distinct_on'),
    data: dataFilters(parameters),
  };
}

export function parsePage(parameters: URLSearchParams, problems: Problem[]): Page {
  return {
    page: Math.max(0, integer(parameters, 'page', 0, problems)),
    limit: Math.min(largestLimit, Math.max(0, integer(parameters, 'limit', defaultLimit, problems))),
  };
}

/** Does the query look for anything beside the newest per key? */
export function hasFilter(query: Search): boolean {
  const lists = [query.groups, query.testcases, query.testcasesLike, query.data];
  return query.since !== null || query.until !== null || lists.some((one) => one.length > 0);
}

/** The values of a parameter, commas and repetitions alike; empty ones do not count. */
export function list(parameters: URLSearchParams, name: string): readonly string[] {
  return parameters
    .getAll(name)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

function integer(parameters: URLSearchParams, name: string, otherwise: number, problems: Problem[]): number {
  const given = parameters.get(name);
  if (given === null) return otherwise;
  if (/^\s*[+-]?\d{1,9}\s*$/.test(given)) return Number(given);
  const msg = 'Input should be a valid integer, unable to parse string as an integer';
  problems.push({ type: 'int_parsing', loc: [name], msg, input: given });
  return otherwise;
}

function parseSince(
  parameters: URLSearchParams,
  problems: Problem[],
): { readonly since: Stamp | null; readonly until: Stamp | null } {
  const given = parameters.get('since');
  if (given === null) return { since: null, until: null };
  // A '+' of an offset that was not escaped arrives as a blank.
  const [start = '', end] = given.split(',').map((part) => part.trim().replace(/ (?=\d{2}:?\d{2}$)/, '+'));
  const since = parseStamp(start);
  const until = end === undefined ? null : parseStamp(end);
  if (since === null || (end !== undefined && until === null)) {
    problems.push(valueError('since', 'must be in ISO8601 format', given));
  }
  return { since, until };
}

function dataFilters(parameters: URLSearchParams): readonly DataFilter[] {
  const names = [...new Set(parameters.keys())].filter((name) => !ownParameters.has(name));
  return names.map((name) => ({
    key: name.endsWith(':like') ? name.slice(0, -':like'.length) : name,
    values: parameters.getAll(name).flatMap((value) => value.split(',')),
    like: name.endsWith(':like'),
  }));
}
