import { rerunRequested, say } from '@millrace/contracts';
import { canonicalJson, doWork, put, wakeAt, type Effect, type Moment } from '@millrace/kernel';
import { catalogueId, emptyCatalogue } from './catalogue';
import { foreignQuestions, nextAsking } from './foreign-questions';
import { decided, decisionRow } from './decision';
import { evaluate, type Evaluation, type Facts } from './evaluate';
import { gateRules, subjectOf } from './gate';
import type { RerunWish } from './judge';
import { counterOf } from './record';
import { stampOf } from './stamp';
import { numberId, remoteKey, type FailedBefore, type State, type VerdictRow } from './state';
import { namesOf } from './subject';

export interface Answered {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/**
 * Decides verdicts anew on the state as it is, single builds before the groups that they are in, and says each that
 * turned. `asked` are answered even when nothing turned: whoever asks again may have missed the answer.
 */
export function answerVerdicts(
  state: State,
  ids: readonly string[],
  at: Moment,
  asked: readonly string[] = [],
): Answered {
  const answered = answerTold(state, ids, at, asked);
  const foreign = inOrder(state, ids).flatMap((id) => foreignQuestions(answered.state, id, at));
  return { ...answered, effects: [...answered.effects, ...foreign] };
}

/** As {@link answerVerdicts}, by what is known: nobody else is asked. */
export function answerTold(state: State, ids: readonly string[], at: Moment, asked: readonly string[] = []): Answered {
  let answered: Answered = { state, effects: [] };
  for (const id of inOrder(state, ids)) {
    const next = answerOne(answered.state, id, at, asked.includes(id));
    answered = { state: next.state, effects: [...answered.effects, ...next.effects] };
  }
  return answered;
}

/** The verdicts of the slice that any of these names matters to: their own, and the groups that they are in. */
export function touchedBy(state: State, names: readonly string[]): readonly string[] {
  const own = [...state.verdicts.values()].filter((verdict) => overlaps(namesOf(verdict.subject), names));
  const all = [...names, ...own.flatMap((verdict) => namesOf(verdict.subject))];
  const groups = [...state.verdicts.values()].filter((verdict) => overlaps(memberNames(verdict), all));
  return [...new Set([...own, ...groups].map((verdict) => verdict.id))];
}

function memberNames(verdict: VerdictRow): readonly string[] {
  return (verdict.group ?? []).map((member) => member.nvr);
}

function overlaps(some: readonly string[], others: readonly string[]): boolean {
  return some.some((name) => others.includes(name));
}

function inOrder(state: State, ids: readonly string[]): readonly string[] {
  const isGroup = (id: string): number => (state.verdicts.get(id)?.group ? 1 : 0);
  return [...new Set(ids)].sort((a, b) => isGroup(a) - isGroup(b) || (a < b ? -1 : 1));
}

function answerOne(state: State, id: string, at: Moment, asked: boolean): Answered {
  const verdict = state.verdicts.get(id);
  const release = verdict && state.releases.get(verdict.release);
  if (!verdict || !release) return { state, effects: [] };
  const facts: Facts = {
    rules: gateRules(release.definition, state.catalogues.get(catalogueId) ?? emptyCatalogue, verdict),
    results: [...state.results.values()],
    waivers: [...state.waivers.values()],
    members: verdict.group ? [...state.verdicts.values()] : [],
    before: failedBefore(state, verdict),
  };
  const evaluation = evaluate(verdict, facts, at);
  const { answer, nextDeadline } = evaluation;
  const effects = [
    wakeAt(`verdict/${id}`, nextAsking(facts.rules, verdict, nextDeadline, at), {
      type: 'verdict-review',
      verdict: id,
    }),
    ...fetches(verdict, evaluation, facts),
  ];
  const ended = endWaivers(state, verdict, evaluation, at);
  const asking = askAgain(verdict, evaluation.reruns);
  if (!asked && same(answer, verdict.answer) && asking.length === 0) return { state: ended, effects };
  const counter = counterOf(ended, 'decisions');
  const next: VerdictRow = {
    ...verdict,
    answer,
    said: verdict.said + 1,
    answeredAt: at,
    decision: counter.next,
    ...(asking.length > 0
      ? { reruns: [...(verdict.reruns ?? []), ...asking.map(({ result }) => result.number)].slice(-200) }
      : {}),
  };
  const row = decisionRow(next, verdict, facts, release.definitionRevision, state.catalogues.get(catalogueId)?.digest);
  let saved = put(ended, 'counters', { ...counter, next: counter.next + 1, last: stampOf(at) });
  saved = put(put(saved, 'verdicts', next), 'decisions', row);
  const reruns = asking.flatMap((wish) => rerunEffects(next, wish));
  return { state: saved, effects: [decided(next, row.previous), ...reruns, ...effects] };
}

function same(a: VerdictRow['answer'], b: VerdictRow['answer']): boolean {
  return canonicalJson(comparable(a)) === canonicalJson(comparable(b));
}

function comparable({ decision, state, reasons, unknown_since = null }: VerdictRow['answer']) {
  return { decision, state, reasons, unknown_since };
}

/** Of the newest build of the component before this one, the tests that it failed. */
function failedBefore(state: State, verdict: VerdictRow): Readonly<Record<string, FailedBefore>> {
  const earlier = [...state.verdicts.values()].filter(
    (one) =>
      one.component === verdict.component &&
      one.release === verdict.release &&
      one.decision_context === verdict.decision_context &&
      one.build !== verdict.build &&
      one.since < verdict.since,
  );
  const before = earlier.sort((a, b) => (a.since < b.since ? 1 : -1))[0];
  const failed = (before?.answer.reasons ?? []).filter(
    ({ state: is, without_waiver, result }) => (without_waiver ?? is) === 'failed' && result !== null,
  );
  return Object.fromEntries(failed.map(({ test, result }) => [test, { subject: before!.subject.id, result }]));
}

/** A waiver of a component lasts until one of its builds passes the test by itself. */
function endWaivers(state: State, verdict: VerdictRow, { answer }: Evaluation, at: Moment): State {
  const passed = answer.reasons.filter((reason) => reason.state === 'passed' && reason.result !== null);
  let next = state;
  for (const waiver of state.waivers.values()) {
    if (waiver.scope !== 'component' || waiver.component !== verdict.component || waiver.ended_at) continue;
    if (waiver.product_version !== verdict.product_version) continue;
    const by = passed.find(({ test }) => test === waiver.testcase);
    const elsewhere = verdict.foreign?.results?.find(({ number }) => number === by?.result);
    const result = by && (elsewhere ?? state.results.get(numberId(by.result!)));
    const newer = result !== undefined && result.submit_time > waiver.timestamp;
    if (newer) next = put(next, 'waivers', { ...waiver, ended_at: stampOf(at) });
  }
  return next;
}

function askAgain(verdict: VerdictRow, wishes: readonly RerunWish[]): readonly RerunWish[] {
  return wishes.filter(({ result }) => !verdict.reruns?.includes(result.number));
}

function fetches(verdict: VerdictRow, { unfetched }: Evaluation, { rules }: Facts): readonly Effect[] {
  const subject = subjectOf(rules, verdict);
  return unfetched.map((rule) =>
    doWork('remote-rule.fetch', `${verdict.id}|${verdict.build}|${remoteKey(rule)}`, {
      verdict: verdict.id,
      build: verdict.build,
      rule,
      subject,
    }),
  );
}

function rerunEffects(verdict: VerdictRow, { requirement, result, attempt, budget }: RerunWish): readonly Effect[] {
  const data = {
    subject: verdict.subject,
    release: verdict.release,
    component: verdict.component,
    build: verdict.build,
    testcase: requirement.test,
    scenario: result.data['scenario']?.[0] ?? null,
    result: result.number,
    ref_url: result.ref_url,
    error_reason: result.data['error_reason']?.[0] ?? null,
    ci: result.data['ci_name']?.[0] ?? null,
    attempt,
    budget,
    ...(verdict.repository === undefined ? {} : { repository: verdict.repository, tag: verdict.tag ?? null }),
  };
  const about = { release: verdict.release, subject: verdict.subject.id, component: verdict.component };
  return [
    say(rerunRequested, { ...about, revision: result.number, data }),
    doWork('rerun.post', `${verdict.id}|${result.number}`, data),
  ];
}
