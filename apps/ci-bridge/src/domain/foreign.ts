import type { VerdictReason } from '@millrace/contracts';
import type { ForeignRequirement } from './evidence';
import type { GateRules } from './gate';
import { plainReason } from './reason';
import type { Away } from './remote';
import type { TestState, VerdictRow } from './state';

/** What services of somebody else say, where they are asked instead of ours. */
export interface ForeignJudgement {
  readonly reasons: readonly VerdictReason[];
  readonly away: Away | null;
}

/** A 404 from Greenwave is never a pass: it knows no policy, so that nobody can know. */
export function judgeForeign({ foreign }: VerdictRow, { asks = [] }: Pick<GateRules, 'asks'>): ForeignJudgement {
  if (asks.length === 0) return { reasons: [], away: null };
  if (!foreign) {
    return { reasons: [plainReason(asks.join(', '), 'waiting', 'is being asked')], away: null };
  }
  const { greenwave, away } = foreign;
  if (away) return { reasons: [], away };
  if (!asks.includes('greenwave')) return { reasons: [], away: null };
  if (greenwave === null) return { reasons: [plainReason('greenwave', 'waiting', 'is being asked')], away: null };
  if (!greenwave.found) return { reasons: [], away: { since: null, because: `Greenwave: ${greenwave.summary}` } };
  const reasons = greenwave.requirements.slice(0, 200).map(reasonOf);
  const agrees = greenwave.satisfied === reasons.every(({ state }) => state === 'passed' || state === 'waived');
  // Whatever its requirements look like to us, its word is what counts.
  return {
    reasons: agrees ? reasons : [...reasons, plainReason('greenwave', 'failed', greenwave.summary)],
    away: null,
  };
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
