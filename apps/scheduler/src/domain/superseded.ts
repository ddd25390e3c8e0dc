import type { CascadeRow, ChangedComponent } from './state';
import type { Turn } from './turn';
import { clip, commitOf } from './words';

/** Roots that were superseded are remembered, the newest last. */
const most = 20;

/**
 * A component by which a cascade began has changed once more while it runs: the cascade says so, and only what the
 * change touches is planned again.
 */
export function rootSuperseded(turn: Turn, cascade: CascadeRow, one: ChangedComponent, what: string): void {
  if (!cascade.roots.includes(one.component)) return;
  const row = turn.row('cascades', cascade.id);
  const commit = commitOf(one.source);
  const because = clip(`${commit === null ? 'a newer change' : `commit ${commit.slice(0, 8)}`}: ${what}`, 500);
  const superseded = [...(row.superseded ?? []), { component: one.component, because, at: turn.at }];
  turn.put('cascades', { ...row, superseded: superseded.slice(-most) });
}
