import type { Echo } from '@millrace/bus';
import { eventType, resultRecorded, verdictDecided, waiverRecorded, type EventData } from '@millrace/contracts';
import { summaryOf, type AnswerKind } from '@millrace/gate-policy';

type Recorded = EventData<typeof resultRecorded>;
type Waived = EventData<typeof waiverRecorded>;
type Decided = EventData<typeof verdictDecided>;

/** A CloudEvent, of which no more is looked at. */
interface Event {
  readonly time: string;
  readonly data: unknown;
}

const echoOf = {
  [eventType(resultRecorded)]: (data: Recorded) => ({ topic: 'resultsdb.result.new', body: resultBody(data) }),
  [eventType(waiverRecorded)]: (data: Waived) => ({ topic: 'waiverdb.waiver.new', body: waiverBody(data) }),
  [eventType(verdictDecided)]: (data: Decided) =>
    // Greenwave says nothing when a test begins.
    data.state === 'running' ? null : { topic: 'greenwave.decision.update', body: decisionBody(data) },
} as Readonly<Record<string, (data: unknown) => { readonly topic: string; readonly body: object } | null>>;

/**
 * The messages of ResultsDB, WaiverDB and Greenwave, on their own topics and with the headers of fedora-messaging: who
 * listened to those hears the same here.
 */
export function echoes(_id: string, subject: string, bytes: Uint8Array): readonly Echo[] {
  const type = subject.split('.').slice(0, 5).join('.');
  const make = echoOf[type];
  if (!make) return [];
  const { time, data } = JSON.parse(Buffer.from(bytes).toString('utf8')) as Event;
  const echo = make(data);
  if (!echo) return [];
  const headers = {
    fedora_messaging_severity: '20',
    fedora_messaging_schema: 'base.message',
    'sent-at': `${new Date(time).toISOString().slice(0, 19)}+00:00`,
    'content-type': 'application/json',
  };
  return [{ subject: echo.topic, body: echo.body, headers }];
}

/** ResultsDB's result; of one that is too large for an event, what the event has. */
function resultBody({ id, testcase, outcome, item, type, ref_url, note, result }: Recorded): object {
  if (result) return result;
  const about = { id, testcase: { name: testcase }, outcome, note, ref_url, groups: [] };
  return { ...about, data: { item: [item], type: [type] }, href: `/resultsdb/api/v2.0/results/${id}` };
}

function waiverBody({ id, subject, testcase, username, comment, product_version, ...more }: Waived): object {
  const { type, id: item } = subject;
  return {
    id,
    subject_type: type,
    subject_identifier: item,
    subject: type === 'compose' ? { 'productmd.compose.id': item } : { type, item },
    testcase,
    username,
    scenario: more.scenario ?? null,
    proxied_by: more.proxied_by ?? null,
    product_version,
    waived: more.waived ?? true,
    comment,
    ...(more.timestamp === undefined ? {} : { timestamp: more.timestamp }),
  };
}

function decisionBody(data: Decided): object {
  const { subject, decision_context, product_version, decision, previous = null } = data;
  const item = subject.id.replace(/@[^@]*$/, '');
  const answers = data.reasons.filter(({ test }) => test !== '-').map((reason) => answerOf(reason, subject.type, item));
  const of = (satisfied: boolean) =>
    answers.filter(({ kind }) => (kind === 'passed' || kind === 'waived') === satisfied).map((one) => one.requirement);
  return {
    policies_satisfied: decision === 'passed',
    summary: summaryOf(answers),
    satisfied_requirements: of(true),
    unsatisfied_requirements: of(false),
    applicable_policies: [...new Set(data.reasons.flatMap(({ policies = [] }) => policies))],
    subject_type: subject.type,
    subject_identifier: item,
    subject: [{ type: subject.type, item }],
    decision_context,
    product_version,
    previous: previous && { policies_satisfied: previous.decision === 'passed' },
  };
}

function answerOf({ test, state, result, waiver }: Decided['reasons'][number], type: string, item: string) {
  const kind = kindOf[state];
  const about = { testcase: test, subject_type: type, subject_identifier: item, result_id: result };
  const waived = kind === 'waived' ? { waiver_id: waiver } : {};
  return { kind, requirement: { type: typeOf(kind), ...about, ...waived } };
}

const kindOf: Readonly<Record<Decided['reasons'][number]['state'], AnswerKind>> = {
  waiting: 'missing',
  overdue: 'missing',
  running: 'incomplete',
  errored: 'errored',
  failed: 'failed',
  passed: 'passed',
  waived: 'waived',
};

function typeOf(kind: AnswerKind): string {
  if (kind === 'incomplete') return 'test-result-missing';
  return kind === 'waived' ? 'test-result-failed-waived' : `test-result-${kind}`;
}
