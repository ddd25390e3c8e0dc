import { lowerBound, sharpBound } from './bound';
import { durationOf } from './durations';
import type { Step } from './schedule';

/** Invented durations of a set. */
export interface Draw {
  /** By step, in seconds. */
  readonly seconds: readonly number[];
  /** Draws that were put aside before this one. */
  readonly putAside: number;
}

/** How far the simple bound may lie below what any order can reach. */
const mostApart = 1.04;
const mostDraws = 40;

/**
 * Draws durations for every step. When the few steps that all others wait for happen to take so long that no order
 * whatever comes near the simple lower bound, a ratio to that bound says nothing about the scheduler: such a draw is put
 * aside, and the next one is taken. A graph that allows no better gets the best of forty.
 */
export function drawOf(steps: readonly Step[], builders: number, seed: number): Draw {
  const after = steps.map(() => 0);
  let best: Draw | null = null;
  let least = Infinity;
  for (let n = 0; n < mostDraws; n++) {
    const build = steps.map(({ component, pass }) => durationOf(seed + n * 100_003, `${component} ${pass}`));
    const apart = sharpBound(steps, { build, after }, builders) / lowerBound(steps, { build, after }, builders);
    if (apart < least) {
      best = { seconds: build, putAside: n };
      least = apart;
    }
    if (apart <= mostApart) break;
  }
  return best!;
}
