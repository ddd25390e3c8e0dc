import type { ReleaseRow } from './state';
import type { Turn } from './turn';

/** Cascades of a release that have not ended, the oldest first: one, unless they may run beside one another. */
export function liveOf({ running, beside = [] }: Pick<ReleaseRow, 'running' | 'beside'>): readonly string[] {
  return running === null ? [] : [running, ...beside];
}

/** The release with one more cascade, or without one that has ended. */
export function withLive(release: ReleaseRow, live: readonly string[]): ReleaseRow {
  const [running = null, ...beside] = live;
  return { ...release, running, beside };
}

/** A change waits for the end of what runs. */
export function isAwaited(turn: Turn, except: string | null = null): boolean {
  return turn.all('changes').some((one) => one.id !== except && one.outcome === 'waits' && one.waitsFor === 'cascade');
}
