import { cascadeCompleted, cascadeStalled, type RebuildState } from '@millrace/contracts';
import { later } from '@millrace/kernel';
import { isIdle } from './advance';
import { followLanded } from './beside';
import { liveOf, withLive } from './live';
import { groupHindrance } from './group-gate/group-gate';
import type { CascadeInput, Hindrance } from './input';
import { beginLanding, currentLanding, frozenWords, planLanding } from './landing/begin';
import { finishLanding } from './landing/landed';
import { landingId, type LandingRow } from './landing/landing-rows';
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
  if (outcome === 'cancelled' || !isEnding(cascade)) return;
  const landed = outcome === 'landed';
  const landing = landed && cascade.landings !== undefined ? landingId(id, cascade.landings) : null;
  const about = { release: cascade.release, cascade: id, landing };
  turn.self({ type: 'cascade.remember', ...about, after: '', landed, repository });
}

/** It is about to be complete, or lands after it was. */
function isEnding({ state, closing, landed }: CascadeRow): boolean {
  return closing && (state === 'running' || (state === 'completed' && !landed));
}

/** The slice holds the next validated rebuilds, in the order of their ids, with what they replace. */
export function remembered(turn: Turn, input: Extract<CascadeInput, { type: 'cascade.remember' }>): void {
  const { cascade: id, after, landed, repository } = input;
  const cascade = turn.row('cascades', id);
  if (!isEnding(cascade)) return;
  const rows = turn.all('rebuilds').filter((row) => row.cascade === id && row.state === 'validated' && row.id > after);
  const landing = input.landing === null ? undefined : turn.find('landings', input.landing);
  const gone = landing && landing.stays > 0 ? landedOf(turn, landing, rows) : rows;
  for (const row of gone) remember(turn, row);
  if (landed) followLanded(turn, cascade, gone);
  const last = rows
    .map((row) => row.id)
    .sort()
    .pop();
  if (last !== undefined) return turn.self({ ...input, after: last });
  if (cascade.state === 'completed') return landedLate(turn, cascade, landing, repository);
  const ended = endCascade(turn, moveCascade(turn, cascade, 'completed', { landed, repository, problem: null }));
  const release = turn.row('releases', cascade.release);
  turn.put('releases', { ...release, repository });
  turn.self({ type: 'failures.freed', release: cascade.release, cascade: id });
  const why = landed ? 'everything is settled; it has landed' : 'everything is settled; it waits to be landed by hand';
  turn.say(cascadeCompleted, id, { ...cascadeData(ended, why, 'scheduler'), landed, repository });
  if (landing) finishLanding(turn, turn.row('cascades', id), landing, repository);
  if (!landed) planLanding(turn, turn.row('cascades', id));
}

/** It was complete before: what its builds are worth to others changes now. */
function landedLate(turn: Turn, cascade: CascadeRow, landing: LandingRow | undefined, repository: Repository): void {
  const row = turn.put('cascades', { ...cascade, closing: false, landed: true, repository, problem: null });
  turn.put('releases', { ...turn.row('releases', cascade.release), repository });
  if (landing) finishLanding(turn, row, landing, repository);
}

/** Without those that stay behind. */
function landedOf(turn: Turn, landing: LandingRow, rows: readonly RebuildRow[]): readonly RebuildRow[] {
  const steps = turn.all('landing_steps').filter((step) => step.landing === landing.id && step.state !== 'stays');
  const builds = new Set(steps.map((step) => step.build));
  return rows.filter((row) => row.build !== null && builds.has(row.build));
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
  if (!isEnding(cascade)) return;
  const landing = currentLanding(turn, cascade);
  if (landing?.state === 'landing') closePlace(turn, cascade, 'landed', landing.id);
  else closePlace(turn, cascade, 'kept');
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

/** `landing`: what of it has landed; the rest stays in the place. */
export function closePlace(
  turn: Turn,
  cascade: CascadeRow,
  outcome: Outcome,
  landing: string | null = null,
): CascadeRow {
  const row = turn.put('cascades', { ...cascade, round: cascade.round + 1 });
  const order = { release: cascade.release, cascade: cascade.id, outcome, ...(landing === null ? {} : { landing }) };
  turn.work('place.close', `${cascade.id}/${outcome}/${row.round}`, order);
  return row;
}

function close(turn: Turn, cascade: CascadeRow): void {
  const { definition } = turn.row('releases', cascade.release);
  if (definition.landing === 'manual') {
    return void closePlace(turn, turn.put('cascades', { ...cascade, closing: true }), 'kept');
  }
  if (isFrozen(turn, cascade)) return;
  const wish = { by: 'scheduler', why: 'everything is settled', partial: false, approved: false };
  beginLanding(turn, cascade, wish);
}

/** A freeze of landing lets a cascade that is settled wait; it says so, and looks again when the freeze ends. */
function isFrozen(turn: Turn, cascade: CascadeRow): boolean {
  const { id, release } = cascade;
  const freeze = frozenWords(turn, cascade);
  if (!freeze) return false;
  turn.put('cascades', { ...cascade, problem: `everything is settled; it does not land yet: ${freeze.words}` });
  turn.wake(`landing/${id}`, freeze.until, { type: 'cascade.check', release, cascade: id });
  return true;
}

function remember(turn: Turn, row: RebuildRow): void {
  if (row.state !== 'validated' || row.bootstrap || !row.build || !row.nvr || !row.contents) return;
  const id = `${row.release}/${row.component}`;
  const before = turn.find('validated', id);
  if (before?.cascade === row.cascade && before.generation > row.generation) return;
  // What lands late has been followed by others meanwhile: the newest counts.
  const isLate = turn.row('cascades', row.cascade).state === 'completed';
  if (isLate && before && before.cascade !== row.cascade && isLater(before.at, row.endedAt)) return;
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

function isLater(a: string | null | undefined, b: string | null): boolean {
  return typeof a === 'string' && b !== null && a > b;
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
