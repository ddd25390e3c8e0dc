import { rebuildSettled } from '@millrace/contracts';
import { goOn } from '../advance';
import type { RebuildRow } from '../state';
import { move } from '../transitions';
import type { Turn } from '../turn';
import { clip, keyOfRebuild } from '../words';

/** Fault of a submission whose head has commits that were never built, where the release says `when_unbuilt: skip`. */
export const headLeftOut = 'head-left-out';

/** Left out by the release's rule: what needs it goes on with its old build. */
export function leaveUnbuilt(turn: Turn, rebuild: RebuildRow, why: string): void {
  const because = clip(why, 1000);
  // Its dependants, which the slice does not hold, are taken up by themselves.
  const row = move(turn, rebuild, 'skipped', { because, endedAt: turn.at, fresh: true });
  goOn(turn, row.cascade);
  const data = { ...keyOfRebuild(row), release: row.release, state: 'skipped', by: 'scheduler', why: because } as const;
  turn.say(rebuildSettled, row.component, data);
}
