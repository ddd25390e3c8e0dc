import type { Member, ResultRow, TestState, VerdictRow, WaiverRow } from './state';
import type { Requirement } from './gate';
import type { Latest, Variation } from './latest';

/** Reasons in words: the same for events, doors, the command line and mails. At most 1000 characters each. */
export function explainMissing(requirement: Requirement, overdue: boolean): string {
  const wanted = requirement.scenario === null ? '' : ` for scenario ${requirement.scenario}`;
  return overdue
    ? `no result${wanted} came by ${requirement.deadline}: the CI that owns the test may be away`
    : `waiting for a result${wanted} until ${requirement.deadline}`;
}

export function explainResult(requirement: Requirement, latest: Latest, state: TestState): string {
  const { result, underWay } = latest;
  const where = placeOf(latest.variation);
  const note = result.note ? `: ${result.note}` : '';
  const again = underWay ? `; a new run is ${underWay.outcome.toLowerCase()}` : '';
  return cropped(`${words(requirement, result, state)}${where}${note}${again}`);
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
  return cropped(`waived by ${waiver.username}: ${waiver.comment} (without the waiver: ${instead})`);
}

/** `policies`: names of those that speak about the subject, though none of them requires a test. */
export function explainNothingRequired(verdict: VerdictRow, policies: readonly string[]): string {
  const about = `${verdict.subject.type} of ${verdict.component} at ${verdict.decision_context}`;
  const because =
    policies.length > 0
      ? `the gates ${policies.join(', ')} of release ${verdict.release} name none`
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
