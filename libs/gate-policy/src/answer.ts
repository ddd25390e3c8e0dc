import { subjectData, type Subject } from './subject-type';

/** One requirement in Greenwave's form; what it holds beside the type depends on that. */
export type Requirement = Readonly<Record<string, unknown>> & { readonly type: string };

export type AnswerKind =
  | 'passed'
  | 'missing'
  | 'incomplete'
  | 'errored'
  | 'failed'
  | 'waived'
  | 'excluded'
  | 'fetched'
  | 'invalid-remote'
  | 'missing-remote'
  | 'unfetched-remote';

/** What a rule says about a subject, with the words for Greenwave's clients. */
export interface Answer {
  readonly kind: AnswerKind;
  readonly subject: Subject;
  /** What a waiver would have to name; null: nothing to waive. */
  readonly testcase: string | null;
  readonly scenario: string | null;
  readonly requirement: Requirement;
}

export function isSatisfied({ kind }: Pick<Answer, 'kind'>): boolean {
  return kind === 'passed' || kind === 'waived' || kind === 'excluded' || kind === 'fetched';
}

/** Answers about a remote file speak of no test. */
export function isTestAnswer({ kind }: Pick<Answer, 'kind'>): boolean {
  return kind !== 'fetched' && !isRemoteFault(kind);
}

export function isRemoteFault(kind: AnswerKind): boolean {
  return kind === 'invalid-remote' || kind === 'missing-remote' || kind === 'unfetched-remote';
}

/** A test's result as rules look at it. */
export interface TestResult {
  readonly number: number;
  readonly testcase: string;
  readonly outcome: string;
  /** Sorts as text. */
  readonly submit_time: string;
  readonly data: Readonly<Record<string, readonly string[]>>;
}

/** Keys of a result's data that say where it ran: each such place needs a result of its own. */
export const placeKeys = ['scenario', 'system_architecture', 'system_variant'] as const;

export function placeOf(data: TestResult['data']): Readonly<Record<(typeof placeKeys)[number], string | null>> {
  const first = (key: string): string | null => data[key]?.[0] ?? null;
  return {
    scenario: first('scenario'),
    system_architecture: first('system_architecture'),
    system_variant: first('system_variant'),
  };
}

export function answerForResult(subject: Subject, result: TestResult, source: string | null): Answer {
  const place = placeOf(result.data);
  const base = aboutTest(subject, result.testcase, source);
  const whole = { ...base, result_id: result.number };
  const item = subjectData(subject);
  const answer = { subject, testcase: result.testcase, scenario: place.scenario };
  switch (result.outcome) {
    case 'PASSED':
    case 'INFO':
      return { ...answer, kind: 'passed', requirement: { type: 'test-result-passed', ...whole, ...place } };
    case 'QUEUED':
    case 'RUNNING':
      return { ...answer, kind: 'incomplete', requirement: { type: 'test-result-missing', ...whole, item, ...place } };
    case 'ERROR': {
      const error_reason = result.data['error_reason']?.[0] ?? null;
      const requirement = { type: 'test-result-errored', ...whole, error_reason, item, ...place };
      return { ...answer, kind: 'errored', requirement };
    }
    default:
      return { ...answer, kind: 'failed', requirement: { type: 'test-result-failed', ...whole, item, ...place } };
  }
}

export function missingAnswer(
  subject: Subject,
  testcase: string,
  scenario: string | null,
  source: string | null,
): Answer {
  const requirement = {
    type: 'test-result-missing',
    ...aboutTest(subject, testcase, source),
    scenario,
    item: subjectData(subject),
  };
  return { kind: 'missing', subject, testcase, scenario, requirement };
}

export function excludedAnswer(subject: Subject, policy: string | null, source: string | null): Answer {
  const requirement = { type: 'excluded', subject_identifier: subject.item, policy, source };
  return { kind: 'excluded', subject, testcase: null, scenario: null, requirement };
}

export function remoteAnswer(
  subject: Subject,
  kind: 'fetched' | 'invalid-remote' | 'missing-remote' | 'unfetched-remote',
  more: Readonly<Record<string, unknown>>,
): Answer {
  const type = remoteTypes[kind];
  const who = { subject_type: subject.type.id, subject_identifier: subject.item };
  const scenario = kind === 'fetched' ? {} : { scenario: null };
  const requirement = { type, testcase: type, ...who, ...scenario, ...more };
  return { kind, subject, testcase: type, scenario: null, requirement };
}

const remoteTypes = {
  fetched: 'fetched-gating-yaml',
  'invalid-remote': 'invalid-gating-yaml',
  'missing-remote': 'missing-gating-yaml',
  'unfetched-remote': 'failed-fetch-gating-yaml',
} as const;

function aboutTest(subject: Subject, testcase: string, source: string | null) {
  return { testcase, subject_type: subject.type.id, subject_identifier: subject.item, source };
}
