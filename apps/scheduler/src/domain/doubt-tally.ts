import { ownersOf, rebuildDoubted } from '@millrace/contracts';
import type { DoubtTally } from './doubt-rows';
import type { RebuildRow } from './state';
import type { Turn } from './turn';
import { clip, handCommand, keyOfRebuild, retryCommand } from './words';

/** Names that one event carries; its count is of all. */
const mostNames = 200;

/**
 * A doubt about a hub may reach thousands of rebuilds: it is told once for its cause, when it has reached all that stand
 * on it, with their count. Until then the cascade keeps the tally.
 */
export function openTally(turn: Turn, row: RebuildRow, on: boolean, because: string): void {
  const { cascade, component, release, build, nvr } = row;
  const remedy = on ? [handCommand(turn, row), retryCommand(cascade, component)] : [];
  const about = { ...keyOfRebuild(row), release, doubtful: on, build, nvr, root: component, remedy };
  const before = tallyOf(turn, cascade, row.id, on);
  const words = clip(because, 1000);
  const counted = before ?? { pending: 0, count: 0, names: [] };
  keep(turn, cascade, row.id, on, { ...counted, about: { ...about, because: words } });
}

/** It stands on what is in doubt, or no longer does. */
export function standsOn(turn: Turn, row: RebuildRow, root: string, on: boolean): void {
  const tally = tallyOf(turn, row.cascade, root, on);
  if (!tally) return;
  if (row.id === root) return keep(turn, row.cascade, root, on, { ...tally, reached: true });
  const names = [...new Set([...tally.names, row.component])].slice(0, mostNames);
  keep(turn, row.cascade, root, on, { ...tally, count: tally.count + 1, names });
}

/** So many more decisions will carry it on. */
export function passedOn(turn: Turn, cascade: string, root: string, on: boolean, more: number): void {
  const tally = tallyOf(turn, cascade, root, on);
  if (tally) keep(turn, cascade, root, on, { ...tally, pending: tally.pending + more });
}

/** Nothing carries it on any more: it is told, unless it is over and the build is in doubt for another cause as well. */
export function tellWhenSpread(turn: Turn, cascade: string, root: string, on: boolean): void {
  const tally = tallyOf(turn, cascade, root, on);
  if (!tally || tally.pending > 0) return;
  keep(turn, cascade, root, on, null);
  if (!tally.reached) return;
  const { about, count, names } = tally;
  const { definition } = turn.row('releases', about.release);
  const owners = [about.component, ...names].flatMap((one) => ownersOf(definition, one));
  turn.say(rebuildDoubted, about.component, {
    ...about,
    remedy: [...about.remedy],
    standing: [...names],
    standing_count: count,
    owners: [...new Set(owners)],
  });
}

function tallyOf(turn: Turn, cascade: string, root: string, on: boolean): DoubtTally | undefined {
  return turn.row('cascades', cascade).doubting?.[keyOf(root, on)];
}

function keep(turn: Turn, cascade: string, root: string, on: boolean, tally: DoubtTally | null): void {
  const row = turn.row('cascades', cascade);
  const { [keyOf(root, on)]: _, ...others } = row.doubting ?? {};
  turn.put('cascades', { ...row, doubting: tally === null ? others : { ...others, [keyOf(root, on)]: tally } });
}

function keyOf(root: string, on: boolean): string {
  return `${on ? 'on' : 'off'} ${root}`;
}
