import type { ReleaseDefinition, VerdictReason } from '@millrace/contracts';
import { assertNever, msBetween, type Moment } from '@millrace/kernel';
import { explainMember, explainMissing, explainNothingRequired, explainResult, explainWaiver } from './explain';
import { policiesFor, requirementsOf, type Requirement } from './gate';
import { classOf, latestPerVariation, type Latest } from './latest';
import type { Answer, GateDecision, Member, ResultRow, TestState, VerdictRow, WaiverRow } from './state';
import { isAbout, namesOf, sameType } from './subject';

/** All that a verdict may depend on; what is about something else is not counted. */
export interface Facts {
  readonly definition: ReleaseDefinition;
  readonly results: readonly ResultRow[];
  readonly waivers: readonly WaiverRow[];
  /** The verdicts of a group's members that were asked for, each on its own. */
  readonly members: readonly VerdictRow[];
}

export interface Evaluation {
  readonly answer: Answer;
  /** The next deadline that can change the answer; null when only results can. */
  readonly nextDeadline: Moment | null;
}

/** The gate: a pure function of what is known about a subject, and of the time. */
export function evaluate(verdict: VerdictRow, facts: Facts, at: Moment): Evaluation {
  const policies = policiesFor(facts.definition, verdict);
  const requirements = requirementsOf(policies, verdict.askedAt);
  const results = facts.results.filter((result) => isAbout(result, verdict));
  const waivers = waiversFor(verdict, facts.waivers);
  const tests = requirements.map((requirement) => judge(requirement, results, waivers, at));
  const reasons = [...tests, ...memberReasons(verdict, facts.members)];
  if (reasons.length === 0)
    return nothingRequired(
      verdict,
      policies.map(({ id }) => id),
    );
  const open = requirements.filter((_, n) => mayBecomeOverdue(tests[n]!.state));
  const deadlines = open.map((requirement) => requirement.deadline).filter((deadline) => deadline > at);
  const nextDeadline = deadlines.sort()[0] ?? null;
  const state = worst(reasons.map((reason) => reason.state));
  const decision = decide(state);
  const retry_after = decision === 'pending' ? retryAfter(at, nextDeadline, open) : null;
  return { answer: { decision, state, reasons: reasons.slice(0, 200), retry_after }, nextDeadline };
}

function nothingRequired(verdict: VerdictRow, policies: readonly string[]): Evaluation {
  const text = explainNothingRequired(verdict, policies);
  const reasons: VerdictReason[] = [{ test: '-', state: 'passed', text, result: null, waiver: null, link: null }];
  return { answer: { decision: 'passed', state: 'passed', reasons, retry_after: null }, nextDeadline: null };
}

/** From the best to the worst: what is failed outweighs what is still awaited. */
const order: readonly TestState[] = ['passed', 'waived', 'running', 'waiting', 'overdue', 'errored', 'failed'];

function worst(states: readonly TestState[]): TestState {
  return states.reduce((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a));
}

function decide(state: TestState): GateDecision {
  switch (state) {
    case 'passed':
    case 'waived':
      return 'passed';
    case 'failed':
      return 'failed';
    case 'waiting':
    case 'running':
    case 'overdue':
    case 'errored':
      return 'pending';
    default:
      return assertNever(state);
  }
}

function mayBecomeOverdue(state: TestState): boolean {
  return state === 'waiting' || state === 'running' || state === 'overdue';
}

/** Seconds: until the next deadline; once all have passed, as long again as the tests were given. */
function retryAfter(at: Moment, nextDeadline: Moment | null, open: readonly Requirement[]): number | null {
  if (nextDeadline !== null) return Math.max(1, Math.ceil(msBetween(at, nextDeadline) / 1000));
  if (open.length === 0) return null;
  return Math.max(1, Math.ceil(Math.min(...open.map((requirement) => requirement.allowed)) / 1000));
}

function judge(
  requirement: Requirement,
  results: readonly ResultRow[],
  waivers: readonly WaiverRow[],
  at: Moment,
): VerdictReason {
  const overdue = at >= requirement.deadline;
  const matching = results.filter(
    (result) =>
      result.testcase === requirement.test &&
      (requirement.scenario === null || (result.data['scenario'] ?? []).includes(requirement.scenario)),
  );
  const latest = latestPerVariation(matching);
  if (latest.length === 0) return judgeMissing(requirement, waivers, overdue);
  const places = latest.map((one) => judgePlace(requirement, one, waivers, overdue));
  const state = worst(places.map((place) => place.state));
  return places.find((place) => place.state === state)!;
}

function judgeMissing(requirement: Requirement, waivers: readonly WaiverRow[], overdue: boolean): VerdictReason {
  const state = overdue ? 'overdue' : 'waiting';
  const reason = { test: requirement.test, text: explainMissing(requirement, overdue), result: null, link: null };
  const waiver = waiverOf(waivers, requirement.test, requirement.scenario);
  if (!waiver) return { ...reason, state, waiver: null };
  return { ...reason, state: 'waived', text: explainWaiver(waiver, reason.text), waiver: waiver.number };
}

function judgePlace(
  requirement: Requirement,
  latest: Latest,
  waivers: readonly WaiverRow[],
  overdue: boolean,
): VerdictReason {
  const { result, variation } = latest;
  const state = stateOf(result, overdue);
  const reason = {
    test: requirement.test,
    text: explainResult(requirement, latest, state),
    result: result.number,
    link: result.ref_url,
  };
  const waiver = state === 'passed' ? null : waiverOf(waivers, requirement.test, variation.scenario);
  if (!waiver) return { ...reason, state, waiver: null };
  return { ...reason, state: 'waived', text: explainWaiver(waiver, reason.text), waiver: waiver.number };
}

function stateOf(result: ResultRow, overdue: boolean): TestState {
  const is = classOf(result.outcome);
  switch (is) {
    case 'queued':
    case 'running':
      return overdue ? 'overdue' : 'running';
    case 'errored':
    case 'passed':
    case 'failed':
      return is;
    default:
      return assertNever(is);
  }
}

/** A waiver only ever helps the subject, test and product version that it names. */
function waiversFor(verdict: VerdictRow, waivers: readonly WaiverRow[]): readonly WaiverRow[] {
  const names = namesOf(verdict.subject);
  return waivers.filter(
    (waiver) =>
      names.includes(waiver.subject_id) &&
      sameType(waiver.subject_type, verdict.subject.type) &&
      waiver.product_version === verdict.product_version,
  );
}

/** The newest word of each scope counts; a waiver without a scenario covers all of them. */
function waiverOf(waivers: readonly WaiverRow[], test: string, scenario: string | null): WaiverRow | null {
  const about = waivers.filter((waiver) => waiver.testcase === test).sort((a, b) => b.number - a.number);
  const newest = [null, scenario].map((scope) => about.find((waiver) => waiver.scenario === scope));
  return newest.find((waiver) => waiver?.waived) ?? null;
}

/** A group is as good as its members: one that failed its own gate fails the group. */
function memberReasons(verdict: VerdictRow, members: readonly VerdictRow[]): readonly VerdictReason[] {
  return (verdict.group ?? []).flatMap((member) => {
    const failed = members.find((one) => isMember(one, member, verdict) && one.answer.decision === 'failed');
    if (!failed) return [];
    const text = explainMember(member, failed);
    return [{ test: member.nvr.slice(0, 512), state: 'failed' as const, text, result: null, waiver: null, link: null }];
  });
}

function isMember(one: VerdictRow, member: Member, group: VerdictRow): boolean {
  return (
    one.id !== group.id &&
    one.decision_context === group.decision_context &&
    one.product_version === group.product_version &&
    namesOf(one.subject).includes(member.nvr)
  );
}
