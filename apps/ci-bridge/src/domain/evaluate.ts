import { builtinPrefix, type VerdictReason } from '@millrace/contracts';
import { assertNever, later, msBetween, type Moment } from '@millrace/kernel';
import type { RemoteRule } from '@millrace/gate-policy';
import { explainAway, explainHold, explainMember, explainNothingRequired } from './explain';
import { judgeForeign } from './foreign';
import { requirementsOf, type GateRules, type Requirement } from './gate';
import { judge, worst, type Judgement, type RerunWish } from './judge';
import { remoteState, type Away } from './remote';
import { plainReason } from './reason';
import { momentOf } from './stamp';
import {
  type Answer,
  type FailedBefore,
  type GateDecision,
  type Member,
  type ResultRow,
  type TestState,
  type VerdictRow,
  type WaiverRow,
} from './state';
import { isAbout, namesOf } from './subject';
import { nextExpiry, waiversFor } from './waived';

/** All that a verdict may depend on; what is about something else is not counted. */
export interface Facts {
  readonly rules: GateRules;
  readonly results: readonly ResultRow[];
  readonly waivers: readonly WaiverRow[];
  /** The verdicts of a group's members that were asked for, each on its own. */
  readonly members: readonly VerdictRow[];
  /** By test: the build before failed it too. */
  readonly before: Readonly<Record<string, FailedBefore>>;
}

export interface Evaluation {
  readonly answer: Answer;
  /** The next moment that can change the answer; null when only results and people can. */
  readonly nextDeadline: Moment | null;
  readonly reruns: readonly RerunWish[];
  /** Remote rules whose files nobody has looked for yet. */
  readonly unfetched: readonly RemoteRule[];
}

/** What is waived to let a build go that its policy holds. */
export const holdTest = 'millrace.gate.hold';

/** The gate: a pure function of what is known about a subject, and of the time. */
export function evaluate(verdict: VerdictRow, facts: Facts, at: Moment): Evaluation {
  const { rules } = facts;
  const known = rules.asks?.includes('resultsdb') ? (verdict.foreign?.results ?? []) : facts.results;
  const results = known.filter((result) => isAbout(result, verdict));
  const given = rules.asks?.includes('waiverdb') ? (verdict.foreign?.waivers ?? []) : facts.waivers;
  const waivers = waiversFor(verdict, given, at);
  const evidence = { results, waivers, before: facts.before };
  const requirements = requirementsOf(rules, verdict);
  const tests = requirements.map((requirement) => judge(requirement, evidence, at));
  const remote = remoteState(rules, verdict);
  const foreign = judgeForeign(verdict, rules);
  const members = memberReasons(verdict, facts.members);
  const asked = [...tests.map(({ reason }) => reason), ...members, ...foreign.reasons];
  const required = asked.length > 0 || remote.reasons.length > 0 || foreign.away !== null;
  const builtin = required ? [] : withoutRequirements(verdict, rules, evidence, at);
  const reasons = [...asked, ...remote.reasons, ...builtin.map(({ reason }) => reason)];
  const judgements = [...tests, ...builtin];
  const away = foreign.away ?? remote.away;
  const answer = answerOf(verdict, { reasons, required, away, judgements, requirements, rules }, at);
  const deadlines = [
    ...judgements.flatMap(({ deadline }) => deadline ?? []),
    ...[nextExpiry(waivers)].flatMap((stamp) => (stamp === null ? [] : [momentOf(stamp)])),
  ];
  return {
    answer,
    nextDeadline: deadlines.filter((deadline) => deadline > at).sort()[0] ?? null,
    reruns: tests.flatMap(({ rerun }) => rerun ?? []),
    unfetched: remote.unfetched,
  };
}

interface Collected {
  readonly reasons: readonly VerdictReason[];
  /** Is anything required, or does somebody have to say whether it is? */
  readonly required: boolean;
  readonly away: Away | null;
  readonly judgements: readonly Judgement[];
  readonly requirements: readonly Requirement[];
  readonly rules: GateRules;
}

function answerOf(verdict: VerdictRow, collected: Collected, at: Moment): Answer {
  const { required, away } = collected;
  const since = away && (away.since ?? verdict.answer.unknown_since ?? at);
  const unknown = away && since ? [plainReason('-', 'waiting', explainAway(away.because, since))] : [];
  const nothing = collected.reasons.length === 0 && away === null;
  const reasons = nothing
    ? [plainReason('-', 'passed', explainNothingRequired(verdict, collected.rules))]
    : [...collected.reasons, ...unknown];
  const state = worst(reasons.map((reason) => reason.state));
  const decided = decide(state);
  const decision = away !== null && decided !== 'failed' ? 'unknown' : decided;
  return {
    decision,
    state,
    reasons: reasons.slice(0, 200),
    retry_after: decision === 'pending' ? retryAfter(at, collected) : decision === 'unknown' ? 60 : null,
    required: required || decision !== 'passed',
    unknown_since: decision === 'unknown' ? since : null,
  };
}

/** What the build side is given for its own checks: they are made when the build is there, but for the resolver's word. */
const ownChecksMs = 30 * 60_000;

/** Of a build that no test is required of: the build side's own checks, or a person's word, as the policy says. */
function withoutRequirements(
  verdict: VerdictRow,
  rules: GateRules,
  evidence: Parameters<typeof judge>[1],
  at: Moment,
): readonly Judgement[] {
  const deadline = later(verdict.askedAt, ownChecksMs);
  const usual = { scenario: null, deadline, allowed: ownChecksMs, reporter: null, reruns: 0, usualReruns: [] };
  const twoPersons = rules.gates.some((gate) => gate.waivers?.two_persons);
  switch (rules.whenNoTests) {
    case 'pass':
      return [];
    case 'builtin': {
      const reported = evidence.results.map(({ testcase }) => testcase);
      const names = reported.filter((name) => name.startsWith(builtinPrefix));
      return [...new Set([...names, ...(verdict.builtin ?? [])])]
        .sort()
        .map((test) => judge({ ...usual, test, policies: ['builtin'], twoPersons }, evidence, at));
    }
    case 'hold': {
      const held = judge({ ...usual, test: holdTest, policies: ['hold'], twoPersons }, evidence, at);
      if (held.reason.state === 'waived') return [held];
      return [{ reason: plainReason(holdTest, 'waiting', explainHold()), rerun: null, deadline: null }];
    }
    default:
      return assertNever(rules.whenNoTests);
  }
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

/** Seconds: until the next deadline; once all have passed, as long again as the tests were given. */
function retryAfter(at: Moment, { judgements, requirements }: Collected): number | null {
  const next = judgements.flatMap(({ deadline }) => deadline ?? []).sort()[0];
  if (next !== undefined) return Math.max(1, Math.ceil(msBetween(at, next) / 1000));
  const late = requirements.filter(({ test }) =>
    judgements.some(({ reason }) => reason.test === test && reason.state === 'overdue'),
  );
  if (late.length === 0) return null;
  return Math.max(1, Math.ceil(Math.min(...late.map((requirement) => requirement.allowed)) / 1000));
}

/** A group is as good as its members: one that failed its own gate fails the group. */
function memberReasons(verdict: VerdictRow, members: readonly VerdictRow[]): readonly VerdictReason[] {
  return (verdict.group ?? []).flatMap((member) => {
    const failed = members.find((one) => isMember(one, member, verdict) && one.answer.decision === 'failed');
    return failed ? [plainReason(member.nvr.slice(0, 512), 'failed', explainMember(member, failed))] : [];
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
