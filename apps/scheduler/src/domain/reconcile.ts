import { later, msBetween, type Moment } from '@millrace/kernel';
import { step } from './advance';
import { compare } from './builds';
import { admitWhenReady, wantVerdict } from './gate';
import { askGroups, askGroupsAgain } from './group-gate/group-gate';
import type { RebuildRow } from './state';
import type { Turn } from './turn';

const every = 60_000;
/** A look at a running build takes seconds; one that has not come back for so long is lost. */
const unseen = 300_000;
/** A verdict that is open, or that refused a build, is asked for so often: it may have turned while nobody heard. */
const askedEvery = 600_000;

/**
 * Lost messages are normal in this field: what has stood in one state for a minute is asked for once more. Every call
 * looks before it acts, so that asking twice does nothing twice. `all`: after a start no build and no verdict is too fresh
 * to be asked for, since the database may have been set back.
 */
export function reconcile(turn: Turn, id: string, all = false): void {
  const cascade = turn.row('cascades', id);
  if (cascade.state === 'completed' || cascade.state === 'cancelled') return;
  for (const row of turn.all('rebuilds')) if (row.cascade === id) askAgain(turn, row, all);
  askGroups(turn, cascade);
  if (all) askGroupsAgain(turn, id);
  turn.self({ type: 'cascade.restart', release: cascade.release, cascade: id });
  turn.wake(`reconcile/${id}`, later(turn.at, every), {
    type: 'cascade.reconcile',
    release: cascade.release,
    cascade: id,
  });
}

function askAgain(turn: Turn, row: RebuildRow, all: boolean): void {
  const isOver = (since: string, ms: number): boolean => all || msBetween(since, turn.at) > ms;
  const build = row.build === null ? undefined : turn.find('builds', row.build);
  if (row.state === 'submitting' && row.startedAt && msBetween(row.startedAt, turn.at) > every) {
    step(turn, row, row.component.startsWith('stack/') ? 'assemble' : 'submit');
  }
  const seen = row.lookedAt ?? row.startedAt;
  if (row.state === 'building' && seen !== null && isOver(seen, unseen)) step(turn, row, 'look');
  if (row.state === 'rejected' && build && (all || isDue(turn, row.endedAt))) wantVerdict(turn, build);
  if (row.state !== 'gating' || !build || !isOver(build.endedAt ?? turn.at, every)) return;
  const isOpen = row.verdict === 'pending' && (all || isDue(turn, build.endedAt));
  if (row.verdict === null || row.verdict === 'unknown' || isOpen) wantVerdict(turn, build);
  if (!row.compared) compare(turn, row);
  else admitWhenReady(turn, row.id);
}

/** Among the looks of every minute, is this the one that asks again? */
function isDue(turn: Turn, since: Moment | null): boolean {
  if (since === null) return false;
  const ms = msBetween(since, turn.at);
  return Math.floor(ms / askedEvery) > Math.floor((ms - every) / askedEvery);
}
