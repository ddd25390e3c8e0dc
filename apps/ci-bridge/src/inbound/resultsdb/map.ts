import { postedKey, type StoredResult } from '@millrace/resultsdb';
import { crop, dataOf } from '../../domain/bounds';
import type { ResultDraft } from '../../domain/input';
import { parseSpan } from '../../domain/stamp';
import { wrong } from '../wrong';
import { foreignResult } from './schema';

/**
 * A result of somebody else's ResultsDB. Null: it was posted from here, or its outcome has no meaning here. Its number
 * there is what makes it this result.
 */
export function mapForeignResult(name: string, body: unknown, outcomes: readonly string[]): ResultDraft | null {
  const result: StoredResult = foreignResult.parse(body);
  if (result.data[postedKey] !== undefined) return null;
  if (!outcomes.includes(result.outcome))
    throw wrong(['outcome'], `is '${crop(result.outcome, 40)}', not one of ${outcomes.join(', ')}`);
  const occurred = parseSpan(result.submit_time);
  if (!occurred) throw wrong(['submit_time'], 'is no ISO 8601 time');
  const { testcase } = result;
  return {
    source: `resultsdb:${name}:${result.id}`,
    testcase: {
      name: crop(testcase.name, 255),
      ...(testcase.ref_url ? { ref_url: crop(testcase.ref_url, 2048) } : {}),
    },
    outcome: result.outcome,
    ref_url: result.ref_url ? crop(result.ref_url, 2048) : null,
    note: result.note ? crop(result.note) : null,
    groups: result.groups.slice(0, 100).map((uuid) => ({ uuid: crop(uuid, 255) })),
    data: dataOf(Object.fromEntries(Object.entries(result.data).filter(([key]) => !key.includes(':')))),
    submit_time: occurred.from,
    occurred,
    release: null,
  };
}
