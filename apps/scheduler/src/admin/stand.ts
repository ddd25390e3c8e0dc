import { isSettled } from '../domain/transitions';
import type { SceneRow } from './scene-rows';

export interface Stand {
  readonly short: readonly SceneRow[];
  readonly awaited: readonly SceneRow[];
  /** Milliseconds of builders that are still expected. */
  readonly left: number;
}

/** The first that are stuck, the first that are under way, and what is left to be built: in one pass. */
export function standOf(rows: Iterable<SceneRow>, most: number): Stand {
  const [short, awaited]: [SceneRow[], SceneRow[]] = [[], []];
  let left = 0;
  for (const row of rows) {
    if (isSettled(row.state) && row.doubts?.length === 0) continue;
    if (!isSettled(row.state)) left += row.expected;
    const place = isStuck(row) ? short : isUnderWay(row) ? awaited : null;
    if (place && place.length < most) place.push(row);
  }
  return { short, awaited, left };
}

/** A person must act: it failed, is in doubt for a cause of its own, or is held. */
function isStuck({ id, state, doubts, held }: SceneRow): boolean {
  if (state === 'failed' || state === 'rejected' || doubts?.includes(id)) return true;
  return held && (state === 'waiting' || state === 'ready');
}

/** It moves, or may at any moment. */
function isUnderWay({ state, open }: SceneRow): boolean {
  if (state === 'waiting') return open.length === 0;
  return state === 'ready' || state === 'submitting' || state === 'building' || state === 'gating';
}
