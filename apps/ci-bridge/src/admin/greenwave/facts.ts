import { latestResults, resultQueriesOf, type Subject } from '@millrace/gate-policy';
import type { Stamp } from '../../domain/stamp';
import { term, type ResultRow, type WaiverRow } from '../../domain/state';
import { sameType } from '../../domain/subject';
import type { BridgeRead } from '../read';
import { findWaivers, withoutObsolete } from '../waiverdb/find';
import type { DecisionRequest } from './request';

/** When there are more results about one subject than this, the newest count. */
const mostResults = 5000;

/** Where results are: ours, or somebody else's ResultsDB. */
export interface ResultSource {
  /** Results that one of the keys gives one of the names, newest first; of these tests at least when they are named. */
  about(
    named: { readonly keys: readonly string[]; readonly names: readonly string[] },
    tests: readonly string[] | null,
  ): Promise<readonly ResultRow[]>;
}

export function ownResults(read: Pick<BridgeRead, 'results'>): ResultSource {
  return {
    about: ({ keys, names }, tests) =>
      read.results.where(tests === null ? {} : { testcase: [...new Set(tests)] }, {
        terms: [keys.flatMap((key) => names.map((name) => term(key, name)))],
        orderBy: '-id',
        limit: mostResults,
      }),
  };
}

/** The latest results about a subject; of these tests alone when they are named. */
export async function resultsFor(
  source: ResultSource,
  subject: Subject,
  tests: readonly string[] | null,
  { ignoreResults, when }: Pick<DecisionRequest, 'ignoreResults' | 'when'>,
): Promise<readonly ResultRow[]> {
  if (tests?.length === 0) return [];
  const keys = [...new Set(resultQueriesOf(subject).flatMap((query) => nameKeys(query, subject.item)))];
  const rows = await source.about({ keys, names: [subject.item] }, tests);
  // As if they were not there: what came before them counts.
  const counted = rows.filter((row) => isBefore(row.submit_time, when) && !ignoreResults.includes(row.number));
  return latestResults(counted, subject, sameType);
}

/** The waivers that hold for a subject, newest first. */
export async function waiversFor(
  read: Pick<BridgeRead, 'waivers'>,
  { type, item }: Subject,
  { productVersion, ignoreWaivers, when }: Pick<DecisionRequest, 'productVersion' | 'ignoreWaivers' | 'when'>,
  now: Stamp,
): Promise<readonly WaiverRow[]> {
  const filter = { subject_type: type.id, subject_identifier: item, product_version: productVersion };
  const found = (await findWaivers(read, [filter])).filter(({ timestamp }) => isBefore(timestamp, when));
  const current = withoutObsolete(found, ({ testcase, scenario }) => [testcase, scenario]);
  return current.filter((row) => row.waived && holdsAt(row, when ?? now) && !ignoreWaivers.includes(row.number));
}

function holdsAt(waiver: WaiverRow, at: Stamp): boolean {
  const until = [waiver.expires_at, waiver.ended_at].filter((end) => end !== undefined && end !== null);
  return until.every((end) => at.slice(0, 23) < end.slice(0, 23));
}

/** Keys whose values name the subject; those of fixed keys, such as its type, are looked at afterwards. */
function nameKeys(query: Readonly<Record<string, string>>, item: string): readonly string[] {
  return Object.entries(query).flatMap(([key, value]) => (value === item ? [key] : []));
}

function isBefore(stamp: Stamp, when: Stamp | null): boolean {
  return when === null || stamp <= when;
}
