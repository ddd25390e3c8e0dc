import { integer, table, text } from '@millrace/store';
import type { CatalogueRow } from '../domain/catalogue';
import type { DecisionRow } from '../domain/evidence';
import type { ForwardRow } from '../domain/forward';
import type { IntakeRow, PollRow } from '../domain/intake';
import { countedAs, reachOf, termsOf } from '../domain/state';
import type {
  CounterRow,
  GroupRow,
  ReleaseRow,
  ResultRow,
  SourceRow,
  TestcaseRow,
  VerdictRow,
  WaiverRow,
  WatchRow,
} from '../domain/state';

export const tables = {
  results: table<ResultRow>(
    'results',
    {
      testcase: text((row) => row.testcase),
      outcome: text((row) => row.outcome),
      submit_time: text((row) => row.submit_time),
    },
    [['testcase', 'submit_time'], ['submit_time']],
    termsOf,
  ),
  sources: table<SourceRow>('sources'),
  groups: table<GroupRow>(
    'groups',
    { number: integer((row) => row.number), description: text((row) => row.description?.slice(0, 512) ?? null) },
    [['number'], ['description']],
  ),
  testcases: table<TestcaseRow>('testcases'),
  counters: table<CounterRow>('counters'),
  waivers: table<WaiverRow>(
    'waivers',
    {
      subject_type: text((row) => row.subject_type),
      subject: text((row) => row.subject_id),
      testcase: text((row) => row.testcase),
      product_version: text((row) => row.product_version),
      username: text((row) => row.username),
    },
    [['subject']],
    reachOf,
  ),
  verdicts: table<VerdictRow>(
    'verdicts',
    {
      subject: text((row) => row.subject.id),
      release: text((row) => row.release),
      component: text((row) => row.component),
      decision: text((row) => row.answer.decision),
      answered_at: text((row) => row.answeredAt),
      counted: text(({ answer }) => countedAs(answer)),
      cascade: text((row) => row.cascade),
    },
    [['component'], ['release', 'decision'], ['answered_at'], ['counted'], ['cascade']],
  ),
  watches: table<WatchRow>('watches', { name: text((row) => row.name), verdict: text((row) => row.verdict) }, [
    ['name'],
  ]),
  releases: table<ReleaseRow>('releases'),
  catalogues: table<CatalogueRow>('catalogues'),
  decisions: table<DecisionRow>(
    'decisions',
    { subject: text((row) => row.verdict.subject.id), verdict: text((row) => row.verdict.id) },
    [['subject'], ['verdict']],
  ),
  intake: table<IntakeRow>('intake'),
  forwards: table<ForwardRow>(
    'forwards',
    {
      /** Only of those that are on their way. */
      lane: text((row) => (row.state === 'waiting' ? row.subject : null)),
      state: text((row) => row.state),
    },
    [['lane'], ['state']],
  ),
  polls: table<PollRow>('polls'),
};
export type BridgeTables = typeof tables;
