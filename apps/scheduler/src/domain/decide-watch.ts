import type { Turn } from './turn';
import { watchDue } from './watch';
import type { WatchInput } from './watch-input';

/** What is looked at by itself, and what others took away. */
export function decideWatch(turn: Turn, input: WatchInput): void {
  return watchDue(turn, input.release);
}
