import { ownersOf, rebuildDoubted } from '@millrace/contracts';
import { release, unstall, withhold } from './advance';
import type { RebuildRow } from './state';
import type { Turn } from './turn';
import type { WatchInput } from './watch-input';
import { clip, componentOfId, keyOfRebuild, handCommand, retryCommand } from './words';

/** Dependants that one decision marks. */
const most = 200;

type Spread = Extract<WatchInput, { type: 'doubt.spread' }>;

/**
 * A validated build is in doubt for a reason of its own: its verdict turned, or it was taken away. Nothing new starts
 * on it and its cascade does not land; what stands on it is marked and told, level by level; nothing is undone.
 * The slice holds its dependants, through those that are passed over.
 */
export function beginDoubt(turn: Turn, id: string, because: string, evidence: RebuildRow['evidence']): void {
  const row = turn.row('rebuilds', id);
  if (row.doubts?.includes(id)) return;
  mark(turn, turn.put('rebuilds', { ...row, evidence, because: clip(because, 1000) }), id, because);
}

/** What the doubt was about is right again. */
export function endDoubt(turn: Turn, id: string, because: string): void {
  const row = turn.row('rebuilds', id);
  if (!row.doubts?.includes(id)) return;
  unstall(turn, row.cascade, `${row.component}: ${because}`);
  clear(turn, turn.put('rebuilds', { ...row, evidence: null, because }), id, because);
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
  tell(turn, next, root, because, true);
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
  if (doubts.length === 0) tell(turn, next, root, because, false);
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
  }
}

function tell(turn: Turn, row: RebuildRow, root: string, because: string, doubtful: boolean): void {
  const { definition } = turn.row('releases', row.release);
  const of = componentOfId(root);
  const own = row.id === root;
  const words = own ? because : `it was built on ${of}: ${because}`;
  const remedy = [handCommand(turn, row), retryCommand(row.cascade, of)];
  turn.say(rebuildDoubted, row.component, {
    ...keyOfRebuild(row),
    release: row.release,
    doubtful,
    build: row.build,
    nvr: row.nvr,
    root: of,
    because: clip(words, 1000),
    remedy: doubtful ? remedy : [],
    owners: [...ownersOf(definition, row.component)],
  });
}
