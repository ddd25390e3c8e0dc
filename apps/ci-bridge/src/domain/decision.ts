import { say, verdictDecided } from '@millrace/contracts';
import type { Effect } from '@millrace/kernel';
import { evaluate, type Facts } from './evaluate';
import type { DecisionRow } from './evidence';
import { numberId, type Answer, type ResultRow, type VerdictRow, type WaiverRow } from './state';
import { isAbout } from './subject';
import { waiversFor } from './waived';

/** An answer with all that it was made of. */
export function decisionRow(
  verdict: VerdictRow,
  before: VerdictRow,
  facts: Facts,
  definitionRevision: number,
  catalogue: string | undefined,
): DecisionRow {
  const waivers = waiversFor(verdict, facts.waivers, verdict.answeredAt);
  const tests = new Set(verdict.answer.reasons.map(({ test }) => test));
  return {
    id: numberId(verdict.decision!),
    revision: 0,
    number: verdict.decision!,
    verdict,
    previous: before.said === 0 ? null : { decision: before.answer.decision, state: before.answer.state },
    at: verdict.answeredAt,
    definitionRevision,
    catalogue: catalogue ?? null,
    rules: facts.rules,
    results: facts.results
      .filter((result) => tests.has(result.testcase) && isAbout(result, verdict))
      .map(({ number }) => number),
    waivers: waivers.map(({ number }) => number),
    members: facts.members.filter((one) => one.id !== verdict.id && one.answer.decision === 'failed'),
    before: facts.before,
  };
}

/** The event that says an answer. */
export function decided(verdict: VerdictRow, previous: DecisionRow['previous']): Effect {
  return say(verdictDecided, {
    release: verdict.release,
    subject: verdict.subject.id,
    component: verdict.component,
    revision: verdict.said,
    data: { ...verdictData(verdict), previous },
  });
}

/** Makes an answer again from what it was made of. */
export function replay(row: DecisionRow, results: readonly ResultRow[], waivers: readonly WaiverRow[]): Answer {
  const { rules, members, before, verdict, at } = row;
  return evaluate(verdict, { rules, results, waivers, members, before }, at).answer;
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
    ...(verdict.decision === undefined ? {} : { decision_id: verdict.decision }),
    required: answer.required ?? true,
    unknown_since: answer.unknown_since ?? null,
  };
}
