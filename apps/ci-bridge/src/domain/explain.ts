import { momentOf } from './stamp';
import type { FailedBefore, Member, ResultRow, TestState, VerdictRow, WaiverRow } from './state';
import type { GateRules, Requirement } from './gate';
import type { Latest, Variation } from './latest';

/** Reasons in words: the same for events, doors, the command line and mails. At most 1000 characters each. */
export function explainMissing(requirement: Requirement, overdue: boolean): string {
  const wanted = requirement.scenario === null ? '' : ` for scenario ${requirement.scenario}`;
  const from = requirement.reporter === null ? '' : ` from ${requirement.reporter}`;
  const owner = requirement.reporter ?? 'the CI that owns the test';
  return overdue
    ? `no result${wanted}${from} came by ${requirement.deadline}: ${owner} may be away`
    : `waiting for a result${wanted}${from} until ${requirement.deadline}`;
}

export function explainResult(
  requirement: Requirement,
  latest: Latest,
  state: TestState,
  before: FailedBefore | undefined,
): string {
  const { result, underWay } = latest;
  const where = placeOf(latest.variation);
  const note = result.note ? `: ${result.note}` : '';
  const again = underWay ? `; a new run is ${underWay.outcome.toLowerCase()}` : '';
  const known = before ? `; it failed on ${before.subject}, the build before, already` : '';
  return cropped(`${words(requirement, result, state)}${where}${note}${known}${again}`);
}

/** The CI could not run it and has been asked to run it again. */
export function explainRerun(
  requirement: Requirement,
  latest: Latest,
  { attempt, budget }: { readonly attempt: number; readonly budget: number },
  overdue: boolean,
): string {
  const asked = overdue ? 'which did not come in time' : `asked for (${attempt} of ${budget})`;
  return cropped(`${words(requirement, latest.result, 'errored')}${placeOf(latest.variation)}; a new run, ${asked}`);
}

export function explainAlone(waiver: WaiverRow, instead: string): string {
  return cropped(`${instead}; waived by ${waiver.username} (${waiver.comment}), and a second person must waive too`);
}

export function explainHold(): string {
  return 'no tests are required, and the policy holds such builds: waive this test to let it go';
}

export function explainUnknownPolicies(names: readonly string[]): string {
  return cropped(`the gate cannot know: no policy file has ${names.join(', ')}`);
}

export function explainAway(because: string, since: string): string {
  return cropped(`the gate cannot know since ${since}: ${because}`);
}

function words(requirement: Requirement, result: ResultRow, state: TestState): string {
  switch (state) {
    case 'passed':
      return result.outcome === 'PASSED' ? 'passed' : `counts as passed (${result.outcome})`;
    case 'failed':
      return result.outcome === 'FAILED' ? 'failed' : `counts as failed (${result.outcome})`;
    case 'errored':
      return `could not be run${result.data['error_reason'] ? ` (${result.data['error_reason'].join(', ')})` : ''}`;
    case 'running':
      return `${result.outcome === 'QUEUED' ? 'queued' : 'running'}, due by ${requirement.deadline}`;
    case 'overdue':
      return `${result.outcome === 'QUEUED' ? 'queued' : 'running'}, and overdue since ${requirement.deadline}`;
    case 'waiting':
    case 'waived':
      return state;
  }
}

export function explainWaiver(waiver: WaiverRow, instead: string): string {
  const reach = waiver.scope === undefined || waiver.scope === 'build' ? '' : `, for the whole ${waiver.scope}`;
  const until = waiver.expires_at ? `, until ${momentOf(waiver.expires_at)}` : '';
  const ticket = waiver.ticket ? `, ${waiver.ticket}` : '';
  const how = `${reach}${until}${ticket}`;
  return cropped(`waived by ${waiver.username}${how}: ${waiver.comment} (without the waiver: ${instead})`);
}

export function explainNothingRequired(verdict: VerdictRow, { gates }: Pick<GateRules, 'gates'>): string {
  const about = `${verdict.subject.type} of ${verdict.component} at ${verdict.decision_context}`;
  const because =
    gates.length > 0
      ? `the gates ${gates.map(({ id }) => id).join(', ')} of release ${verdict.release} name none`
      : `no gate of release ${verdict.release} speaks about a ${about}`;
  return cropped(`no tests are required: ${because}`);
}

export function explainMember(member: Member, verdict: VerdictRow): string {
  const failed = verdict.answer.reasons.filter((reason) => reason.state === 'failed').map((reason) => reason.test);
  return cropped(`${member.component} (${member.nvr}) failed its own gate: ${failed.join(', ')}`);
}

function placeOf(variation: Variation): string {
  const parts = [
    variation.scenario && `scenario ${variation.scenario}`,
    variation.architecture && `on ${variation.architecture}`,
    variation.variant && `variant ${variation.variant}`,
  ].filter(Boolean);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function cropped(text: string): string {
  return text.length <= 1000 ? text : `${text.slice(0, 999)}…`;
}
