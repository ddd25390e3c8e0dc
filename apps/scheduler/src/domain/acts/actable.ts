import type { RebuildState } from '@millrace/contracts';
import type { RebuildRow } from '../state';
import { isSettled } from '../transitions';
import type { Verb } from './act-input';

/** Rebuilds in these states can be skipped. */
export const skippable: readonly RebuildState[] = ['waiting', 'ready', 'failed', 'rejected'];
const unstarted: readonly RebuildState[] = ['waiting', 'ready'];
const failed: readonly RebuildState[] = ['failed', 'rejected'];
const unsettled: readonly RebuildState[] = [...skippable, 'submitting', 'building', 'gating'];

/** The states in which a rebuild can be acted on; what is added has none yet. */
export const actable: Readonly<Record<Verb, readonly RebuildState[]>> = {
  cancel: unsettled,
  retry: failed,
  skip: skippable,
  remove: unstarted,
  raise: unstarted,
  add: [],
};

/** What a person's act can be about: a rebuild that is not settled, and one in doubt, which is built once more. */
export function isActable(row: RebuildRow, verb: Verb): boolean {
  if (verb === 'retry' && row.doubts?.includes(row.id)) return true;
  return actable[verb].includes(row.state) && (verb !== 'cancel' || !isSettled(row.state));
}
