import type { RebuildRow } from './state';
import type { Turn } from './turn';

/**
 * A bootstrap's build is compared with nothing: nobody knows what those who use it lost to it, so that none of them is left
 * out. The slice holds its dependants.
 */
export function buildThoseAbove(turn: Turn, bootstrap: RebuildRow): void {
  if (!bootstrap.bootstrap) return;
  for (const id of bootstrap.dependants) {
    const row = turn.find('rebuilds', id);
    if (row?.must === null) turn.put('rebuilds', { ...row, must: `it needs the bootstrap of ${bootstrap.component}` });
  }
}
