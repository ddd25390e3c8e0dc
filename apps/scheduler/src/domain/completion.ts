import { cascadeCompleted, cascadeStalled, type RebuildState } from '@millrace/contracts';
import { later } from '@millrace/kernel';
import { isIdle } from './advance';
import { followLanded } from './beside';
import { liveOf, withLive } from './live';
import { groupHindrance } from './group-gate/group-gate';
import { endOf, freezeOf, freezeWords } from './freeze';
import type { CascadeInput, Hindrance } from './input';
import type { CascadeRow, RebuildRow, Repository, ValidatedRow } from './state';
import { isSettled, moveCascade } from './transitions';
import type { Turn } from './turn';
import { buildKey, cascadeData, listed } from './words';

/** An event has at most 256 KiB; the cascade's own page has all names. */
const mostNames = 2000;

type Outcome = 'landed' | 'kept' | 'cancelled';

/**
 * Nothing of the cascade moves any more: it lands when all is settled, else it is stalled, said once with the names
 * of who is awaited. The slice holds the first of its rebuilds that are doubtful, failed, rejected or waiting.
 */
export function checkCascade(turn: Turn, id: string): void {
  const cascade = turn.row('cascades', id);
  if (!isIdle(cascade)) return;
  const gate = groupHindrance(cascade);
  if (gate && !gate.stuck) return void turn.put('cascades', { ...cascade, problem: gate.words });
  if (!gate && isSettledWhole(cascade) && cascade.doubtful === 0) return close(turn, cascade);
  const rows = turn.all('rebuilds').filter((row) => row.cascade === id);
  const failed = rows.filter((row) => row.state === 'failed' || row.state === 'rejected' || row.doubtful);
  const waiting = rows.filter((row) => row.state === 'waiting');
  const why = gate?.words ?? stalledWords(failed, waiting);
  const stalled = moveCascade(turn, cascade, 'stalled', { problem: why });
  turn.say(cascadeStalled, id, {
    ...cascadeData(stalled, why, 'scheduler'),
    failed: names(failed).slice(0, mostNames),
    waiting: names(waiting).slice(0, mostNames),
    failed_builds: failed.map((row) => `${row.state} ${row.build ?? buildKey(row)}`).slice(0, mostNames),
  });
}

/** The place is closed: what the cascade validated becomes the newest of the release, and then it ends. */
export function placeClosed(turn: Turn, id: string, outcome: Outcome, repository: Repository): void {
  const cascade = turn.row('cascades', id);
  if (outcome === 'cancelled' || cascade.state !== 'running' || !cascade.closing) return;
  const landed = outcome === 'landed';
  turn.self({ type: 'cascade.remember', release: cascade.release, cascade: id, after: '', landed, repository });
}

/** The slice holds the next validated rebuilds, in the order of their ids, with what they replace. */
export function remembered(turn: Turn, input: Extract<CascadeInput, { type: 'cascade.remember' }>): void {
  const { cascade: id, after, landed, repository } = input;
  const cascade = turn.row('cascades', id);
  if (cascade.state !== 'running' || !cascade.closing) return;
  const rows = turn.all('rebuilds').filter((row) => row.cascade === id && row.state === 'validated' && row.id > after);
  for (const row of rows) remember(turn, row);
  if (landed) followLanded(turn, cascade, rows);
  const last = rows
    .map((row) => row.id)
    .sort()
    .pop();
  if (last !== undefined) return turn.self({ ...input, after: last });
  const ended = endCascade(turn, moveCascade(turn, cascade, 'completed', { landed, repository, problem: null }));
  const release = turn.row('releases', cascade.release);
  turn.put('releases', { ...release, repository });
  turn.self({ type: 'failures.freed', release: cascade.release, cascade: id });
  const why = landed ? 'everything is settled; it has landed' : 'everything is settled; it waits to be landed by hand';
  turn.say(cascadeCompleted, id, { ...cascadeData(ended, why, 'scheduler'), landed, repository });
}

/** By its counts: no rebuild of it is unsettled. */
function isSettledWhole({ counts }: CascadeRow): boolean {
  return Object.entries(counts).every(([state, count]) => count === 0 || isSettled(state as RebuildState));
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
  const left = liveOf(release).filter((id) => id !== cascade.id);
  turn.put('releases', withLive(release, left));
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
  if (outcome === 'landed' && isFrozen(turn, cascade)) return;
  closePlace(turn, turn.put('cascades', { ...cascade, closing: true }), outcome);
}

/** A freeze of landing lets a cascade that is settled wait; it says so, and looks again when the freeze ends. */
function isFrozen(turn: Turn, cascade: CascadeRow): boolean {
  const { definition } = turn.row('releases', cascade.release);
  const { id, roots, urgency, release } = cascade;
  const freeze = freezeOf(definition, 'landing', roots.length === 0 ? 'all' : roots, urgency, turn.at);
  if (!freeze) return false;
  turn.put('cascades', { ...cascade, problem: `everything is settled; it does not land yet: ${freezeWords(freeze)}` });
  turn.wake(`landing/${id}`, endOf(freeze), { type: 'cascade.check', release, cascade: id });
  return true;
}

function remember(turn: Turn, row: RebuildRow): void {
  if (row.state !== 'validated' || row.bootstrap || !row.build || !row.nvr || !row.contents) return;
  const id = `${row.release}/${row.component}`;
  const before = turn.find('validated', id);
  if (before?.cascade === row.cascade && before.generation > row.generation) return;
  const next: ValidatedRow = {
    id,
    revision: before?.revision ?? 0,
    release: row.release,
    component: row.component,
    build: row.build,
    nvr: row.nvr,
    contents: row.contents,
    cascade: row.cascade,
    generation: row.generation,
    source: row.source,
    at: row.endedAt,
  };
  turn.put('validated', next);
}

function stalledWords(failed: readonly RebuildRow[], waiting: readonly RebuildRow[]): string {
  const held = waiting.filter((row) => row.held);
  const parts = [
    ...(failed.length > 0 ? [`${listed(names(failed))} must be fixed`] : []),
    ...(held.length > 0 ? [`${listed(names(held))} must be resumed`] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : `${listed(names(waiting))} wait for something that is not in the plan`;
}

function names(rows: readonly RebuildRow[]): string[] {
  return [...new Set(rows.map((row) => row.component))].sort();
}
