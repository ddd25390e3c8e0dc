import type { VerdictReason } from '@millrace/contracts';
import type { Moment } from '@millrace/kernel';
import type { ForeignRequirement } from './evidence';
import type { TestState, VerdictRow } from './state';

/** What a Greenwave of somebody else says, where it is asked instead of our own policies. */
export interface ForeignJudgement {
  readonly reasons: readonly VerdictReason[];
  readonly away: { readonly since: Moment; readonly because: string } | null;
}

/** A 404 from there is never a pass: it knows no policy, so that nobody can know. */
export function judgeForeign({ foreign }: VerdictRow): ForeignJudgement {
  if (!foreign) return { reasons: [], away: null };
  const { greenwave, away, askedAt } = foreign;
  if (away) return { reasons: [], away };
  if (greenwave === null) return { reasons: [], away: null };
  if (!greenwave.found) return { reasons: [], away: { since: askedAt, because: `Greenwave: ${greenwave.summary}` } };
  return { reasons: greenwave.requirements.slice(0, 200).map(reasonOf), away: null };
}

function reasonOf({ type, testcase, result, waiver }: ForeignRequirement): VerdictReason {
  const state = stateOf(type, result);
  return { test: testcase.slice(0, 512), state, text: `Greenwave says ${type}`, result, waiver, link: null };
}

function stateOf(type: string, result: number | null): TestState {
  if (type.endsWith('-waived')) return 'waived';
  switch (type) {
    case 'test-result-passed':
    case 'excluded':
    case 'fetched-gating-yaml':
      return 'passed';
    case 'test-result-missing':
      return result === null ? 'waiting' : 'running';
    case 'test-result-errored':
      return 'errored';
    default:
      return 'failed';
  }
}
