import type { CascadeRow, RebuildRow } from '@millrace/scheduler/domain/state';
import type { Taken, World } from '../../driver/world';
import type { Tale } from '../tale';

/** The scheduler's promises, by their numbers, in the words in which a broken one is told. */
export const promiseWords = {
  1: 'a rebuild starts only when everything that it needs is validated, and nothing in doubt lands',
  2: 'flow starts a rebuild the moment it can, lockstep waits for the whole lower tier',
  3: 'a failure blocks only what needs it',
  4: 'a rebuild goes only from state to state as the table allows, and counts are true',
  5: 'only a build that is proven is adopted, and one that is proven is',
  6: 'nothing is built twice for one state of its inputs, and generations are bounded',
  7: 'a knot is built in two passes at most, and never blocks silently',
  8: 'what lost nothing that it uses is left out, and only that',
  9: 'failures of ours are tried again with pauses and blame nobody; others are not repeated for the same inputs',
  10: 'who runs first is decided by priority and longest path, fairly between cascades, and no slot is idle',
  11: 'a cascade starts slowly, and holds itself when it loses too much',
  12: 'a cascade ends, or names whom it waits for',
  13: 'what hangs is said once, with a remedy, and said to be over when it is',
  14: 'a database that is set back builds nothing and says nothing of its own twice',
} as const;
export type PromiseNumber = keyof typeof promiseWords;

/** Everything there is, when all that followed at once has been decided. */
export interface Standing {
  readonly world: World;
  readonly cascades: readonly CascadeRow[];
  readonly rebuilds: readonly RebuildRow[];
}

/** Watches one promise through a tale. Nothing that does asks the scheduler's code whether it was right. */
export interface Watcher {
  /** After each decision: what it did to the rows that it touched, and what it said. */
  taken?(world: World, taken: Taken): void;
  /** A rebuild changed by a decision; `old` is undefined for a new one. */
  changed?(world: World, row: RebuildRow, old: RebuildRow | undefined, taken: Taken): void;
  /** Whenever all that followed at once has been decided. */
  stands?(standing: Standing): void;
  /** The database was set back. */
  restored?(world: World): void;
  /** At the end of a tale. */
  ended?(standing: Standing): void;
}

export type MakesWatcher = (tale: Tale) => Watcher;

export const settled: readonly string[] = ['validated', 'skipped', 'unneeded', 'cancelled'];
export const underWay: readonly string[] = ['submitting', 'building'];

/** @throws always: a promise is broken */
export function broken(promise: PromiseNumber, how: string): never {
  throw new BrokenPromise(promise, how);
}

class BrokenPromise extends Error {
  override readonly stack: string;

  constructor(
    readonly promise: PromiseNumber,
    how: string,
  ) {
    super(`BROKEN: promise ${promise} (${promiseWords[promise]}): ${how}`);
    this.stack = this.message;
  }
}
