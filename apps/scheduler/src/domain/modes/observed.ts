import { cascadeCancelled } from '@millrace/contracts';
import { liveOf, withLive } from '../live';
import type { CascadeRow, RebuildRow, ReleaseRow } from '../state';
import { isSettled, move, moveCascade } from '../transitions';
import type { Turn } from '../turn';
import { cascadeData, clip } from '../words';
import type { ModeInput } from './mode-input';

/** Plans that a release keeps while it only observes; for a newer one the oldest is dropped. */
export const mostObserved = 100;

/**
 * A plan of a release that only observes is made, and stands there for all to see. It keeps no other from being made:
 * what people do meanwhile is compared with it, and nothing of it starts.
 */
export function keepObserved(turn: Turn, cascade: CascadeRow): void {
  const release = turn.row('releases', cascade.release);
  const kept = [...(release.observed ?? []), cascade.id];
  const dropped = kept.slice(0, Math.max(0, kept.length - mostObserved));
  const left = liveOf(release).filter((id) => id !== cascade.id);
  turn.put('cascades', { ...turn.row('cascades', cascade.id), observed: true });
  turn.put('releases', { ...withLive(release, left), observed: kept.slice(-mostObserved) });
  if (dropped.length > 0) {
    const because = `${mostObserved} plans are newer, and the release only observes`;
    turn.self({ type: 'observed.dropped', release: release.id, cascades: dropped, because });
  }
  if ((cascade.adopts ?? []).length > 0) {
    turn.self({ type: 'observed.adopted', release: release.id, cascade: cascade.id });
  }
  turn.self({ type: 'changes.due', release: release.id });
}

/** People built what a plan foresaw: that rebuild would not have to be made any more. */
export function observedBuilt(turn: Turn, input: Extract<ModeInput, { type: 'observed.built' }>): void {
  const release = turn.row('releases', input.release);
  for (const cascade of outstandingOf(turn, release)) {
    const later = input.builds.filter(({ endedAt }) => endedAt === null || endedAt >= cascade.startedAt);
    for (const { component, nvr, by } of later) leaveOut(turn, cascade, component, `${by} built it by hand: ${nvr}`);
    dropWhenOver(turn, cascade.id);
  }
}

/** The builds that started a plan are there: only what they touch would have to be built. The slice holds them. */
export function observedAdopted(turn: Turn, input: Extract<ModeInput, { type: 'observed.adopted' }>): void {
  const cascade = turn.row('cascades', input.cascade);
  if (cascade.state !== 'awaiting-approval') return;
  for (const ref of cascade.adopts ?? []) {
    const build = turn.find('builds', ref);
    if (build) leaveOut(turn, cascade, build.component, `it is built already: ${build.nvr ?? ref} started this plan`);
  }
  dropWhenOver(turn, cascade.id);
}

export function observedDropped(turn: Turn, input: Extract<ModeInput, { type: 'observed.dropped' }>): void {
  for (const id of input.cascades) {
    const cascade = turn.find('cascades', id);
    if (cascade?.state === 'awaiting-approval') drop(turn, cascade, input.because);
  }
}

/** Plans that were made while the release only observed, and that nobody has dropped. The slice holds them. */
export function outstandingOf(turn: Turn, release: ReleaseRow): readonly CascadeRow[] {
  const rows = (release.observed ?? []).map((id) => turn.find('cascades', id));
  return rows.filter((row): row is CascadeRow => row?.state === 'awaiting-approval');
}

/** Ends a plan that never started: nothing is to be cancelled outside. */
export function drop(turn: Turn, cascade: CascadeRow, why: string): void {
  const ended = moveCascade(turn, cascade, 'cancelled', { problem: clip(why, 1000), endedAt: turn.at });
  const release = turn.row('releases', cascade.release);
  const observed = (release.observed ?? []).filter((id) => id !== cascade.id);
  turn.put('releases', { ...release, observed });
  turn.say(cascadeCancelled, cascade.id, cascadeData(ended, why, 'scheduler'));
}

function leaveOut(turn: Turn, cascade: CascadeRow, component: string, because: string): void {
  for (const row of openRows(turn, cascade, component)) {
    move(turn, row, 'unneeded', { because: clip(because, 1000), endedAt: turn.at, fresh: false });
  }
}

function dropWhenOver(turn: Turn, id: string): void {
  const cascade = turn.row('cascades', id);
  const open = Object.values(cascade.openByTier).some((count) => count > 0);
  if (!open) drop(turn, cascade, 'nothing of it is left to build: people have built it');
}

function openRows(turn: Turn, cascade: CascadeRow, component: string): readonly RebuildRow[] {
  const rows = turn.all('rebuilds').filter((row) => row.cascade === cascade.id && row.component === component);
  return rows.filter((row) => !isSettled(row.state));
}
