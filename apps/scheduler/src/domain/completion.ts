import { cascadeCompleted, cascadeStalled } from '@millrace/contracts';
import { later } from '@millrace/kernel';
import { isIdle } from './advance';
import type { Hindrance } from './input';
import type { CascadeRow, RebuildRow, Repository, ValidatedRow } from './state';
import { isSettled, moveCascade } from './transitions';
import type { Turn } from './turn';
import { cascadeData, listed } from './words';

/** An event has at most 256 KiB; the cascade's own page has all names. */
const mostNames = 2000;

type Outcome = 'landed' | 'kept' | 'cancelled';

/**
 * Nothing of the cascade moves any more: it lands when all is settled, else it is stalled, said once with the names
 * of who is awaited. The slice holds its rebuilds that are validated, failed, rejected or waiting.
 */
export function checkCascade(turn: Turn, id: string): void {
  const cascade = turn.row('cascades', id);
  if (!isIdle(cascade)) return;
  const rows = turn.all('rebuilds').filter((row) => row.cascade === id);
  const unsettled = rows.filter((row) => !isSettled(row.state));
  if (unsettled.length === 0 && cascade.doubtful === 0) return close(turn, cascade);
  const failed = rows.filter((row) => row.state === 'failed' || row.state === 'rejected' || row.doubtful);
  const waiting = unsettled.filter((row) => row.state === 'waiting');
  const why = stalledWords(failed, waiting, rows);
  const stalled = moveCascade(turn, cascade, 'stalled', { problem: why });
  turn.say(cascadeStalled, id, {
    ...cascadeData(stalled, why, 'scheduler'),
    failed: names(failed).slice(0, mostNames),
    waiting: names(waiting).slice(0, mostNames),
  });
}

/** The place is closed: the cascade ends, and what it validated is the newest of the release. */
export function placeClosed(turn: Turn, id: string, outcome: Outcome, repository: Repository): void {
  const cascade = turn.row('cascades', id);
  if (outcome === 'cancelled' || cascade.state !== 'running' || !cascade.closing) return;
  const landed = outcome === 'landed';
  const ended = endCascade(turn, moveCascade(turn, cascade, 'completed', { landed, repository, problem: null }));
  const release = turn.row('releases', cascade.release);
  turn.put('releases', { ...release, repository });
  for (const row of turn.all('rebuilds')) if (row.cascade === id) remember(turn, row);
  const why = landed ? 'everything is settled; it has landed' : 'everything is settled; it waits to be landed by hand';
  turn.say(cascadeCompleted, id, { ...cascadeData(ended, why, 'scheduler'), landed, repository });
}

/** Closing did not go: tried again in a while. */
export function placeUnclosed(turn: Turn, id: string, outcome: Outcome, fault: Hindrance): void {
  const cascade = turn.row('cascades', id);
  const problem = `its place is not closed yet: ${fault.message}${fault.remedy ? ` (${fault.remedy})` : ''}`;
  turn.put('cascades', { ...cascade, problem });
  if (outcome === 'cancelled' && fault.kind !== 'unavailable') return;
  turn.wake(`place/${id}`, later(turn.at, 15_000), { type: 'place.due', release: cascade.release, cascade: id });
}

export function placeDue(turn: Turn, id: string): void {
  const cascade = turn.row('cascades', id);
  if (cascade.state === 'cancelled') closePlace(turn, cascade, 'cancelled');
  if (cascade.state === 'running' && cascade.closing) close(turn, cascade);
}

/** What every end of a cascade does: the release is free for the changes that waited. */
export function endCascade(turn: Turn, cascade: CascadeRow): CascadeRow {
  const release = turn.row('releases', cascade.release);
  turn.put('releases', { ...release, running: release.running === cascade.id ? null : release.running });
  turn.wake(`reconcile/${cascade.id}`, null, {
    type: 'cascade.reconcile',
    release: cascade.release,
    cascade: cascade.id,
  });
  turn.self({ type: 'changes.due', release: cascade.release });
  return turn.put('cascades', { ...cascade, endedAt: turn.at });
}

export function closePlace(turn: Turn, cascade: CascadeRow, outcome: Outcome): CascadeRow {
  const row = turn.put('cascades', { ...cascade, round: cascade.round + 1 });
  const order = { release: cascade.release, cascade: cascade.id, outcome };
  turn.work('place.close', `${cascade.id}/${outcome}/${row.round}`, order);
  return row;
}

function close(turn: Turn, cascade: CascadeRow): void {
  const { definition } = turn.row('releases', cascade.release);
  const outcome = definition.landing === 'automatic' ? 'landed' : 'kept';
  closePlace(turn, turn.put('cascades', { ...cascade, closing: true }), outcome);
}

function remember(turn: Turn, row: RebuildRow): void {
  if (row.state !== 'validated' || row.bootstrap || !row.build || !row.nvr || !row.contents) return;
  const id = `${row.release}/${row.component}`;
  const next: ValidatedRow = {
    id,
    revision: turn.find('validated', id)?.revision ?? 0,
    release: row.release,
    component: row.component,
    build: row.build,
    nvr: row.nvr,
    contents: row.contents,
    cascade: row.cascade,
    source: row.source,
  };
  turn.put('validated', next);
}

function stalledWords(
  failed: readonly RebuildRow[],
  waiting: readonly RebuildRow[],
  rows: readonly RebuildRow[],
): string {
  const held = waiting.filter((row) => row.held);
  const cancelled = new Set(rows.filter((row) => row.state === 'cancelled').map((row) => row.id));
  const orphans = waiting.filter((row) => row.open.some((id) => cancelled.has(id)));
  const parts = [
    ...(failed.length > 0 ? [`${listed(names(failed))} must be fixed`] : []),
    ...(held.length > 0 ? [`${listed(names(held))} must be resumed`] : []),
    ...(orphans.length > 0 ? [`${listed(names(orphans))} need what was cancelled`] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : `${listed(names(waiting))} wait for something that is not in the plan`;
}

function names(rows: readonly RebuildRow[]): string[] {
  return [...new Set(rows.map((row) => row.component))].sort();
}
