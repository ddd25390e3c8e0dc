import { release, unstall, withhold } from './advance';
import { openTally, passedOn, standsOn, tellWhenSpread } from './doubt-tally';
import type { RebuildRow } from './state';
import type { Turn } from './turn';
import type { WatchInput } from './watch-input';
import { clip } from './words';

/** Dependants that one decision marks. */
const most = 200;

type Spread = Extract<WatchInput, { type: 'doubt.spread' }>;

/**
 * A validated build is in doubt for a reason of its own: its verdict turned, or it was taken away. Nothing new starts
 * on it and its cascade does not land; what stands on it is marked, level by level, and all of it is told at once;
 * nothing is undone. A stalled cascade goes on and comes to rest again, so that it names this too.
 * The slice holds its dependants, through those that are passed over.
 */
export function beginDoubt(turn: Turn, id: string, because: string, evidence: RebuildRow['evidence']): void {
  const row = turn.row('rebuilds', id);
  if (row.doubts?.includes(id)) return;
  const next = turn.put('rebuilds', { ...row, evidence, because: clip(because, 1000) });
  openTally(turn, next, true, because);
  mark(turn, next, id, because);
  tellWhenSpread(turn, row.cascade, id, true);
  unstall(turn, row.cascade, `${row.component} is in doubt: ${because}`);
}

/** What the doubt was about is right again. */
export function endDoubt(turn: Turn, id: string, because: string): void {
  const row = turn.row('rebuilds', id);
  if (!row.doubts?.includes(id)) return;
  unstall(turn, row.cascade, `${row.component}: ${because}`);
  const next = turn.put('rebuilds', { ...row, evidence: null, because });
  openTally(turn, next, false, because);
  clear(turn, next, id, because);
  tellWhenSpread(turn, row.cascade, id, false);
}

/** The next level above something that is, or is no longer, in doubt. */
export function spreadDoubt(turn: Turn, { cascade: id, rebuilds, root, on, because }: Spread): void {
  const cascade = turn.find('cascades', id);
  if (!cascade || cascade.state === 'completed' || cascade.state === 'cancelled') return;
  for (const one of rebuilds) {
    const row = turn.find('rebuilds', one);
    if (!row) continue;
    if (row.state === 'skipped' || row.state === 'unneeded') spread(turn, row, root, on, because);
    else if (!on) clear(turn, row, root, because);
    else if (standsOnIt.includes(row.state)) mark(turn, row, root, because);
  }
  passedOn(turn, id, root, on, -1);
  tellWhenSpread(turn, id, root, on);
}

/** Another generation takes its place: nothing depends any more on what was in doubt. */
export function dropDoubt(turn: Turn, row: RebuildRow): RebuildRow {
  if (!row.doubtful) return row;
  const cascade = turn.row('cascades', row.cascade);
  turn.put('cascades', { ...cascade, doubtful: cascade.doubtful - 1 });
  return turn.put('rebuilds', { ...row, doubtful: false, doubts: [] });
}

/** Not those that have not started: they wait again. */
const standsOnIt: readonly string[] = ['submitting', 'building', 'gating', 'validated'];

function mark(turn: Turn, row: RebuildRow, root: string, because: string): void {
  if (row.doubts?.includes(root)) return;
  const next = turn.put('rebuilds', { ...row, doubts: [...(row.doubts ?? []), root] });
  standsOn(turn, next, root, true);
  if (next.state !== 'validated') return;
  if (!next.doubtful) {
    const cascade = turn.row('cascades', next.cascade);
    turn.put('cascades', { ...cascade, doubtful: cascade.doubtful + 1 });
    turn.put('rebuilds', { ...next, doubtful: true });
    withhold(turn, next.id);
  }
  spread(turn, next, root, true, because);
}

function clear(turn: Turn, row: RebuildRow, root: string, because: string): void {
  if (!row.doubts?.includes(root)) return;
  const doubts = row.doubts.filter((one) => one !== root);
  const next = turn.put('rebuilds', { ...row, doubts, doubtful: row.doubtful && doubts.length > 0 });
  if (doubts.length === 0) standsOn(turn, next, root, false);
  if (row.doubtful && !next.doubtful) {
    const cascade = turn.row('cascades', next.cascade);
    turn.put('cascades', { ...cascade, doubtful: cascade.doubtful - 1 });
    release(turn, next.id);
  }
  spread(turn, next, root, false, because);
}

function spread(turn: Turn, row: RebuildRow, root: string, on: boolean, because: string): void {
  const { release: name, cascade, dependants } = row;
  for (let n = 0; n < dependants.length; n += most) {
    const rebuilds = dependants.slice(n, n + most);
    turn.self({ type: 'doubt.spread', release: name, cascade, rebuilds, root, on, because });
    passedOn(turn, cascade, root, on, 1);
  }
}
