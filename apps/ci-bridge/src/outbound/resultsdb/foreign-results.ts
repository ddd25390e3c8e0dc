import type { ResultsDbClient, StoredResult } from '@millrace/resultsdb';
import { parseSpan, stampOf } from '../../domain/stamp';
import { numberId, type ResultRow } from '../../domain/state';

/** When there are more results about one subject than this, the newest count. */
const mostResults = 1000;

/** What results are looked for by: each of the keys with each of the names. */
export interface Named {
  readonly keys: readonly string[];
  readonly names: readonly string[];
}

/** Results of somebody else's ResultsDB about a subject, as ours look, each once and the newest first. */
export async function foreignResults(
  client: ResultsDbClient,
  { keys, names }: Named,
  signal?: AbortSignal,
): Promise<readonly ResultRow[]> {
  const asked = keys.flatMap((key) => names.map((name) => client.allWith(key, name, mostResults, signal)));
  const found = new Map((await Promise.all(asked)).flat().map((result) => [result.id, result]));
  return [...found.values()].sort((a, b) => b.id - a.id).map(rowOf);
}

function rowOf(result: StoredResult): ResultRow {
  const span = parseSpan(result.submit_time);
  const submitted = span?.from ?? stampOf('1970-01-01T00:00:00.000Z');
  return {
    id: numberId(result.id),
    revision: 0,
    number: result.id,
    testcase: result.testcase.name,
    outcome: result.outcome.toUpperCase(),
    submit_time: submitted,
    occurred: submitted,
    occurredUntil: span?.until ?? submitted,
    note: result.note ?? null,
    ref_url: result.ref_url ?? null,
    groups: result.groups,
    data: result.data,
    who: 'resultsdb',
  };
}
