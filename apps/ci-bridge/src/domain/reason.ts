import type { VerdictReason } from '@millrace/contracts';
import type { TestState } from './state';

/** A reason that no result and no waiver stands behind. */
export function plainReason(test: string, state: TestState, text: string): VerdictReason {
  return { test, state, text: text.slice(0, 1000), result: null, waiver: null, link: null };
}
