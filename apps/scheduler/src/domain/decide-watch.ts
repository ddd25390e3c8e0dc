import { assertNever } from '@millrace/kernel';
import { baseLooked } from './base-compare';
import { spreadDoubt } from './doubt';
import { freeFailures } from './failures';
import { buildGated } from './own-gate';
import { graphLooked, reconcileRelease } from './outdated';
import type { Turn } from './turn';
import { watchDue } from './watch';
import type { WatchInput } from './watch-input';
import { buildWithdrawn } from './withdrawn';

/** What is looked at by itself, and what others took away. */
export function decideWatch(turn: Turn, input: WatchInput): void {
  switch (input.type) {
    case 'watch.due':
      return watchDue(turn, input.release);
    case 'build.withdrawn':
      return buildWithdrawn(turn, input.withdrawn);
    case 'build.gated':
      return buildGated(turn, input.gated);
    case 'doubt.spread':
      return spreadDoubt(turn, input);
    case 'failures.freed':
      return freeFailures(turn, input);
    case 'release.reconcile':
      return reconcileRelease(turn, input);
    case 'graph.looked':
      return graphLooked(turn, input);
    case 'base.looked':
      return baseLooked(turn, input);
    default:
      return assertNever(input);
  }
}
