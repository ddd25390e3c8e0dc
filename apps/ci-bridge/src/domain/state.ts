import type { ReleaseDefinition, Subject, VerdictReason } from '@millrace/contracts';
import type { Moment, Row, SliceOf } from '@millrace/kernel';
import type { RemoteRule } from '@millrace/gate-policy';
import type { CatalogueRow } from './catalogue';
import type { ForwardRow } from './forward';
import type { IntakeRow, PollRow } from './intake';
import type { DecisionRow, ForeignFacts, RemoteFound } from './evidence';
import type { Stamp } from './stamp';
import type { WaiverRow } from './waiver-row';

/** A result in ResultsDB's form; its id is its number with leading zeros, so that ids sort like numbers. */
export interface ResultRow extends Row {
  readonly number: number;
  readonly testcase: string;
  readonly outcome: string;
  readonly submit_time: Stamp;
  /** When the test said so by the CI's own clock, never later than it was heard: the span of its precision. */
  readonly occurred: Stamp;
  readonly occurredUntil: Stamp;
  readonly note: string | null;
  readonly ref_url: string | null;
  readonly groups: readonly string[];
  readonly data: Readonly<Record<string, readonly string[]>>;
  readonly who: string;
}

/** Where a result came from, a message or a request's key: the same source gives the same result. */
export interface SourceRow extends Row {
  readonly result: string;
}

export interface GroupRow extends Row {
  /** Grows in the order in which groups were made. */
  readonly number: number;
  readonly description: string | null;
  readonly ref_url: string | null;
  readonly results_count: number;
}

export interface TestcaseRow extends Row {
  readonly ref_url: string | null;
}

/** Numbers are given one after another; `last` is the stamp given last, so that no two results share one. */
export interface CounterRow extends Row {
  readonly next: number;
  readonly last: Stamp;
}

export { waiverScopes, type WaiverRow, type WaiverScope } from './waiver-row';

export const decisions = ['pending', 'passed', 'failed', 'unknown'] as const;
export type GateDecision = (typeof decisions)[number];
export type TestState = VerdictReason['state'];

export interface Answer {
  readonly decision: GateDecision;
  readonly state: TestState;
  readonly reasons: readonly VerdictReason[];
  readonly retry_after: number | null;
  /** false: it passed because nothing was required; left out in answers of old. */
  readonly required?: boolean;
  /** Since when the gate cannot know. */
  readonly unknown_since?: Moment | null;
}

/** A pass of which nothing was required is counted apart. */
export function countedAs({ decision, required = true }: Pick<Answer, 'decision' | 'required'>): string {
  return decision === 'passed' && !required ? 'passed (nothing required)' : decision;
}

export interface Member {
  readonly component: string;
  readonly nvr: string;
}

/** A subject that somebody asked about, at one decision context, with the answer that was said last. */
export interface VerdictRow extends Row {
  readonly subject: Subject;
  readonly release: string;
  readonly product_version: string;
  readonly decision_context: string;
  readonly component: string;
  readonly build: string;
  readonly group: readonly Member[] | null;
  readonly cascade: string | null;
  /** Where it can be tested; left out in rows of old. */
  readonly repository?: string;
  readonly tag?: string | null;
  /** The group is a tier, or a cascade; left out for a rebuild. */
  readonly scope?: 'tier' | 'cascade';
  /** Checks of its own that the build side reports. */
  readonly builtin?: readonly string[];
  /** Results older than this are not counted, unless they name the build. */
  readonly since: Moment;
  /** When this build was first asked about: deadlines of tests count from here. */
  readonly askedAt: Moment;
  /** Revision of the answer said last. */
  readonly said: number;
  readonly answer: Answer;
  readonly answeredAt: Moment;
  /** Number of the decision that said the answer. */
  readonly decision?: number;
  /** Numbers of the results that new runs were asked for because of. */
  readonly reruns?: readonly number[];
  /** What remote rules led to, by {@link remoteKey}. */
  readonly remote?: Readonly<Record<string, RemoteFound>>;
  /** What foreign services said; left out where ours decide. */
  readonly foreign?: ForeignFacts;
}

export type FailedBefore = NonNullable<VerdictReason['failed_before']>;

/** Which verdicts a name (an NVR, an alias, a group's member) matters to. */
export interface WatchRow extends Row {
  readonly name: string;
  readonly kind: 'subject' | 'member';
  readonly verdict: string;
}

export interface ReleaseRow extends Row {
  readonly definitionRevision: number;
  readonly definition: ReleaseDefinition;
}

export interface Rows {
  readonly results: ResultRow;
  readonly sources: SourceRow;
  readonly groups: GroupRow;
  readonly testcases: TestcaseRow;
  readonly counters: CounterRow;
  readonly waivers: WaiverRow;
  readonly verdicts: VerdictRow;
  readonly watches: WatchRow;
  readonly releases: ReleaseRow;
  readonly catalogues: CatalogueRow;
  readonly decisions: DecisionRow;
  readonly intake: IntakeRow;
  readonly forwards: ForwardRow;
  readonly polls: PollRow;
}

export type State = SliceOf<{ [Table in keyof Rows]: Rows[Table] }>;

export const emptyState: State = {
  results: new Map(),
  sources: new Map(),
  groups: new Map(),
  testcases: new Map(),
  counters: new Map(),
  waivers: new Map(),
  verdicts: new Map(),
  watches: new Map(),
  releases: new Map(),
  catalogues: new Map(),
  decisions: new Map(),
  intake: new Map(),
  forwards: new Map(),
  polls: new Map(),
};

/** No data key holds a colon, so this one is free. */
export const groupKey = ':group';

/** What a result is found by beside its columns: each value of its data and each of its groups, with their keys. */
export function termsOf(result: Pick<ResultRow, 'data' | 'groups'>): readonly string[] {
  return [
    ...Object.entries(result.data).flatMap(([key, values]) => values.map((value) => term(key, value))),
    ...result.groups.map((uuid) => term(groupKey, uuid)),
  ];
}

/** What a waiver is found by beside its subject: the component or the cascade that it reaches. */
export function reachOf({
  scope,
  component,
  cascade,
}: Pick<WaiverRow, 'scope' | 'component' | 'cascade'>): readonly string[] {
  if (scope === 'component' && component) return [term('component', component)];
  return scope === 'cascade' && cascade ? [term('cascade', cascade)] : [];
}

/** Equal remote rules lead to the same file. */
export function remoteKey({ sources }: RemoteRule): string {
  return sources.join('\n') || '*';
}

export function term(key: string, value: string): string {
  return `${key}\n${value}`;
}

export function numberId(number: number): string {
  return String(number).padStart(12, '0');
}

export function verdictId(subject: Pick<Subject, 'type' | 'id'>, context: string): string {
  return `${subject.type}|${subject.id}|${context}`;
}
