import { say, verdictDecided } from '@millrace/contracts';
import { canonicalJson, put, wakeAt, type Effect, type Moment } from '@millrace/kernel';
import { evaluate } from './evaluate';
import type { Answer, State, VerdictRow } from './state';
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
  const facts = {
    definition: release.definition,
    results: [...state.results.values()],
    waivers: [...state.waivers.values()],
    members: verdict.group ? [...state.verdicts.values()] : [],
  };
  const { answer, nextDeadline } = evaluate(verdict, facts, at);
  const timer = wakeAt(`verdict/${id}`, nextDeadline, { type: 'verdict-review', verdict: id });
  if (!asked && same(answer, verdict.answer)) return { state, effects: [timer] };
  const next: VerdictRow = { ...verdict, answer, said: verdict.said + 1, answeredAt: at };
  return { state: put(state, 'verdicts', next), effects: [decided(next), timer] };
}

function same(a: Answer, b: Answer): boolean {
  return canonicalJson({ ...a, retry_after: null }) === canonicalJson({ ...b, retry_after: null });
}

function decided(verdict: VerdictRow): Effect {
  return say(verdictDecided, {
    release: verdict.release,
    subject: verdict.subject.id,
    component: verdict.component,
    revision: verdict.said,
    data: verdictData(verdict),
  });
}

/** A verdict as the event and the doors show it. */
export function verdictData(verdict: VerdictRow) {
  const { subject, release, product_version, decision_context, component, build, answer } = verdict;
  return {
    subject,
    release,
    component,
    build,
    product_version,
    decision_context,
    decision: answer.decision,
    revision: verdict.said,
    state: answer.state,
    reasons: [...answer.reasons],
    retry_after: answer.retry_after,
  };
}
