import { doWork, later, put, type DecideContext, type Decision, type Effect, type Row } from '@millrace/kernel';
import type { ResultRow, State, TestcaseRow } from './state';
import { namesIn } from './subject';
import { uuidOf } from './uuid';

/** A result on its way to somebody else's ResultsDB; its id is the result's. */
export interface ForwardRow extends Row {
  /** What the result is about: those of one subject go one after another. */
  readonly subject: string;
  readonly state: 'waiting' | 'sent' | 'refused';
  /** Its number there. */
  readonly remote: number | null;
  readonly tries: number;
  /** Why it is not there. */
  readonly because: string | null;
  /** With the mode `only` the result is kept here alone. */
  readonly result: ResultRow | null;
}

/** What the call is given: everything that is posted, and the key that makes it one. */
export interface ForwardOrder {
  readonly id: string;
  readonly key: string;
  readonly result: {
    readonly outcome: string;
    readonly testcase: { readonly name: string; readonly ref_url?: string };
    readonly note: string | null;
    readonly ref_url: string | null;
    readonly submit_time: string;
    readonly groups: readonly { readonly uuid: string; readonly description?: string; readonly ref_url?: string }[];
    readonly data: ResultRow['data'];
  };
}

export interface Forwarded {
  readonly id: string;
  readonly order: ForwardOrder;
  readonly outcome:
    | { readonly remote: number }
    /** `final`: it will never be taken. */
    | { readonly because: string; readonly final: boolean };
}

export const forwardKind = 'resultsdb.forward';
const shortestWaitMs = 1_000;
const longestWaitMs = 600_000;

/** The subject whose results go one after another. */
export function laneOf(data: ResultRow['data'], testcase: string): string {
  return (namesIn(data)[0] ?? testcase).slice(0, 512);
}

/** Puts a fresh result on its way, once those of its subject that came before have gone. */
export function forward(
  state: State,
  result: ResultRow,
  mode: 'also' | 'only',
): { state: State; effects: readonly Effect[] } {
  const subject = laneOf(result.data, result.testcase);
  const isFree = ![...state.forwards.values()].some((row) => row.subject === subject && row.state === 'waiting');
  const row: ForwardRow = {
    id: result.id,
    revision: 0,
    subject,
    state: 'waiting',
    remote: null,
    tries: 0,
    because: null,
    result: mode === 'only' ? result : null,
  };
  const next = put(state, 'forwards', row);
  return { state: next, effects: isFree ? [post(next, result, 0)] : [] };
}

/** A call has ended: it is there, it will never be, or it is tried again later. The next of its subject follows. */
export function forwarded(state: State, { id, order, outcome }: Forwarded, context: DecideContext): Decision<State> {
  const row = state.forwards.get(id);
  if (row?.state !== 'waiting') return { state, effects: [] };
  if ('because' in outcome && !outcome.final) {
    const tries = row.tries + 1;
    const wait = Math.min(longestWaitMs, shortestWaitMs * 2 ** Math.min(tries, 10));
    const again = doWork(forwardKind, `${id}/${tries}`, order, later(context.at, wait));
    return {
      state: put(state, 'forwards', { ...row, tries, because: outcome.because.slice(0, 1000) }),
      effects: [again],
    };
  }
  const settled: ForwardRow =
    'remote' in outcome
      ? { ...row, state: 'sent', remote: outcome.remote, because: null }
      : { ...row, state: 'refused', because: outcome.because.slice(0, 1000) };
  const next = put(state, 'forwards', settled);
  const waiting = [...next.forwards.values()].filter((one) => one.subject === row.subject && one.state === 'waiting');
  const first = waiting.sort((a, b) => (a.id < b.id ? -1 : 1))[0];
  const result = first && (first.result ?? next.results.get(first.id));
  return { state: next, effects: result ? [post(next, result, 0)] : [] };
}

function post(state: State, result: ResultRow, tries: number): Effect {
  const testcase: TestcaseRow | undefined = state.testcases.get(result.testcase);
  const order: ForwardOrder = {
    id: result.id,
    key: uuidOf(`forward/${result.id}/${result.submit_time}`),
    result: {
      outcome: result.outcome,
      testcase: { name: result.testcase, ...(testcase?.ref_url ? { ref_url: testcase.ref_url } : {}) },
      note: result.note,
      ref_url: result.ref_url,
      submit_time: result.submit_time,
      groups: result.groups.map((uuid) => groupOf(state, uuid)),
      data: result.data,
    },
  };
  return doWork(forwardKind, `${result.id}/${tries}`, order);
}

function groupOf(state: State, uuid: string) {
  const group = state.groups.get(uuid);
  return {
    uuid,
    ...(group?.description ? { description: group.description } : {}),
    ...(group?.ref_url ? { ref_url: group.ref_url } : {}),
  };
}
