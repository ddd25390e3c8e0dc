import type { VerdictReason } from '@millrace/contracts';
import { globMatches } from '@millrace/contracts';
import { assertNever, later, msBetween, type Moment } from '@millrace/kernel';
import { explainAlone, explainMissing, explainRerun, explainResult, explainWaiver } from './explain';
import type { Requirement } from './gate';
import { classOf, latestPerVariation, variationOf, type Latest } from './latest';
import { momentOf } from './stamp';
import type { FailedBefore, ResultRow, TestState, WaiverRow } from './state';
import { waivedBy } from './waived';

/** What tests are judged by. */
export interface Evidence {
  readonly results: readonly ResultRow[];
  readonly waivers: readonly WaiverRow[];
  /** By test: the build before failed it too. */
  readonly before: Readonly<Record<string, FailedBefore>>;
}

/** A new run that the CI is to be asked for. */
export interface RerunWish {
  readonly requirement: Requirement;
  readonly result: ResultRow;
  readonly attempt: number;
  readonly budget: number;
}

export interface Judgement {
  readonly reason: VerdictReason;
  readonly rerun: RerunWish | null;
  /** The next moment that can change it by itself. */
  readonly deadline: Moment | null;
}

/** Judges one test: the worst of the places where it ran is what it is. */
export function judge(requirement: Requirement, evidence: Evidence, at: Moment): Judgement {
  const matching = evidence.results.filter(
    (result) =>
      result.testcase === requirement.test &&
      (requirement.scenario === null || (result.data['scenario'] ?? []).includes(requirement.scenario)) &&
      (requirement.reporter === null || reportedBy(result, requirement.reporter)),
  );
  const latest = latestPerVariation(matching);
  if (latest.length === 0) return judgeMissing(requirement, evidence, at);
  const places = latest.map((one) => judgePlace(requirement, one, matching, evidence, at));
  const state = worst(places.map(({ reason }) => reason.state));
  const said = places.find(({ reason }) => reason.state === state)!;
  const deadlines = places.flatMap(({ deadline }) => deadline ?? []).sort();
  return { ...said, rerun: places.find(({ rerun }) => rerun)?.rerun ?? null, deadline: deadlines[0] ?? null };
}

/** From the best to the worst: what is failed outweighs what is still awaited. */
const order: readonly TestState[] = ['passed', 'waived', 'running', 'waiting', 'overdue', 'errored', 'failed'];

export function worst(states: readonly TestState[]): TestState {
  return states.reduce((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a));
}

const reporterKeys = ['ci_name', 'ci_team', 'publisher_id', 'publisher', 'username'];

function reportedBy({ data, who }: ResultRow, glob: string): boolean {
  return [who, ...reporterKeys.flatMap((key) => data[key] ?? [])].some((name) => globMatches(glob, name));
}

function judgeMissing(requirement: Requirement, evidence: Evidence, at: Moment): Judgement {
  const overdue = at >= requirement.deadline;
  const reason: VerdictReason = {
    test: requirement.test,
    state: overdue ? 'overdue' : 'waiting',
    text: explainMissing(requirement, overdue),
    result: null,
    waiver: null,
    link: null,
    policies: [...requirement.policies].slice(0, 50),
  };
  const deadline = overdue ? null : requirement.deadline;
  return settled({ reason, rerun: null, deadline }, requirement, requirement.scenario, evidence);
}

function judgePlace(
  requirement: Requirement,
  latest: Latest,
  matching: readonly ResultRow[],
  evidence: Evidence,
  at: Moment,
): Judgement {
  const { result, variation } = latest;
  const base = {
    test: requirement.test,
    result: result.number,
    waiver: null,
    link: result.ref_url,
    policies: [...requirement.policies].slice(0, 50),
  };
  const rerun = rerunOf(requirement, latest, matching);
  if (rerun && latest.underWay === null) {
    const due = later(momentOf(result.submit_time), requirement.allowed);
    const overdue = at >= due;
    const text = explainRerun(requirement, latest, rerun, overdue);
    const again = { attempt: rerun.attempt, budget: rerun.budget };
    const reason: VerdictReason = { ...base, state: overdue ? 'overdue' : 'waiting', text, rerun: again };
    const judgement = { reason, rerun: overdue ? null : rerun, deadline: overdue ? null : due };
    return settled(judgement, requirement, variation.scenario, evidence);
  }
  const deadline = runDeadline(requirement, latest, rerun);
  const overdue = at >= deadline;
  const state = stateOf(rerun ? latest.underWay! : result, overdue);
  const before = state === 'failed' ? evidence.before[requirement.test] : undefined;
  const text = explainResult({ ...requirement, deadline }, latest, state, before);
  const reason: VerdictReason = { ...base, state, text, ...(before ? { failed_before: before } : {}) };
  const open = (state === 'running' || state === 'waiting') && !overdue;
  return settled({ reason, rerun: null, deadline: open ? deadline : null }, requirement, variation.scenario, evidence);
}

/** A run that was asked for again has as long as the first one had. */
function runDeadline(requirement: Requirement, latest: Latest, rerun: RerunWish | null): Moment {
  const again = rerun ? later(momentOf(latest.result.submit_time), requirement.allowed) : requirement.deadline;
  return msBetween(requirement.deadline, again) > 0 ? again : requirement.deadline;
}

/** The CI could not run it, and the budget is not spent. */
function rerunOf(requirement: Requirement, latest: Latest, matching: readonly ResultRow[]): RerunWish | null {
  if (classOf(latest.result.outcome) !== 'errored') return null;
  const place = JSON.stringify(variationOf(latest.result));
  const errors = matching.filter(
    (one) => classOf(one.outcome) === 'errored' && JSON.stringify(variationOf(one)) === place,
  );
  const attempt = errors.length;
  const budget = requirement.reruns ?? usualReruns(requirement, latest.result);
  return attempt <= budget ? { requirement, result: latest.result, attempt, budget } : null;
}

function usualReruns({ usualReruns }: Requirement, { data }: ResultRow): number {
  const name = data['ci_name']?.[0] ?? '';
  return usualReruns.find(({ ci }) => globMatches(ci, name))?.budget ?? 0;
}

function settled(
  judgement: Judgement,
  requirement: Requirement,
  scenario: string | null,
  evidence: Evidence,
): Judgement {
  const { reason } = judgement;
  if (reason.state === 'passed') return judgement;
  const { by, alone } = waivedBy(evidence.waivers, requirement, scenario);
  if (by) {
    const text = explainWaiver(by, reason.text);
    const waived = { ...reason, state: 'waived', text, waiver: by.number, without_waiver: reason.state } as const;
    return { reason: waived, rerun: null, deadline: null };
  }
  return alone ? { ...judgement, reason: { ...reason, text: explainAlone(alone, reason.text) } } : judgement;
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
