import { cascadeResumed, rebuildFailed, rebuildSettled, type Evidence } from '@millrace/contracts';
import { digestOf, later } from '@millrace/kernel';
import { rankOf } from './capacity';
import { countFailure } from './history';
import { gateWords, waitingWords } from './awaited';
import { isReleased, mayStart } from './needs';
import { isStack } from './policy';
import { rebuildEnded } from './ramp';
import { regressionOf } from './regression';
import type { CascadeRow, RebuildRow } from './state';
import { move, moveCascade } from './transitions';
import { termsOf } from './terms';
import type { Turn } from './turn';
import {
  buildKey,
  cascadeData,
  componentOfId,
  failureData,
  keyOfRebuild,
  listed,
  handCommand,
  retryCommand,
} from './words';

/** Starts a rebuild when rule 1 holds; takes one back that was only ready when it does not hold any more. */
export function advance(turn: Turn, id: string): void {
  const rebuild = turn.row('rebuilds', id);
  const may = mayStart(turn.row('cascades', rebuild.cascade), rebuild);
  if (rebuild.state === 'ready' && !may) {
    move(turn, rebuild, 'waiting', { because: waitingWords(turn, rebuild) });
    return;
  }
  const early = rebuild.early?.at(-1);
  const isLost = rebuild.state === 'failed' || rebuild.state === 'rejected';
  if (early !== undefined && (isLost ? rebuild.open.length === 0 : rebuild.state === 'waiting' && may)) {
    return turn.self({ type: 'hand.again', release: rebuild.release, build: early });
  }
  if (rebuild.state !== 'waiting') return;
  if (!may) {
    if (rebuild.open.length > 0 || gateWords(turn, rebuild))
      turn.put('rebuilds', { ...rebuild, because: waitingWords(turn, rebuild) });
    return;
  }
  if (isUnneeded(turn, rebuild)) return leaveOut(turn, rebuild);
  begin(turn, move(turn, rebuild, 'ready', { because: 'everything that it needs is validated' }));
}

/**
 * Early cut-off: everything that it needs is there, and none of it lost or changed what it uses. Never in the face of
 * a security change, and never for a rebuild that was named, that lost something, or that has begun before.
 */
function isUnneeded(turn: Turn, rebuild: RebuildRow): boolean {
  const cascade = turn.row('cascades', rebuild.cascade);
  const first = rebuild.attempt === 1 && rebuild.generation === 1 && rebuild.needs.length > 0;
  return first && rebuild.must === null && termsOf(turn, cascade).cutOff && cascade.urgency !== 'security';
}

function leaveOut(turn: Turn, rebuild: RebuildRow): void {
  const needs = rebuild.needs.map((id) => turn.find('rebuilds', id)?.component ?? componentOfId(id));
  const because = `the new builds of ${listed(needs)} offer all that it uses as before`;
  // Its dependants, which the slice does not hold, are taken up by themselves.
  const row = move(turn, rebuild, 'unneeded', { because, endedAt: turn.at, fresh: true });
  goOn(turn, row.cascade);
  const data = {
    ...keyOfRebuild(row),
    release: row.release,
    state: 'unneeded' as const,
    by: 'scheduler',
    why: because,
  };
  turn.say(rebuildSettled, row.component, data);
}

/** Takes up what plans have touched and what is left out, a slice at a time. */
export function goOn(turn: Turn, id: string): void {
  const cascade = turn.put('cascades', { ...turn.row('cascades', id), takingUp: true });
  turn.self({ type: 'cascade.advance', release: cascade.release, cascade: id });
}

/** A ready rebuild stands in its build system's queue, and a free slot is looked for; a stack needs none. */
export function begin(turn: Turn, rebuild: RebuildRow): void {
  const cascade = turn.row('cascades', rebuild.cascade);
  if (cascade.state !== 'running') return;
  if (rebuild.notBefore !== null && rebuild.notBefore > turn.at) {
    const { release, attempt } = rebuild;
    turn.wake(`start/${rebuild.id}`, rebuild.notBefore, {
      type: 'step.due',
      release,
      rebuild: rebuild.id,
      attempt,
      step: 'start',
    });
    return;
  }
  const row =
    rebuild.notBefore === null
      ? rebuild
      : turn.put('rebuilds', { ...turn.row('rebuilds', rebuild.id), notBefore: null });
  if (isStack(row.component)) return assemble(turn, row);
  if (row.system) turn.look(row.system);
  else fail(turn, row, noBuildSystem(row));
}

function assemble(turn: Turn, rebuild: RebuildRow): void {
  const row = move(turn, rebuild, 'submitting', { because: 'it is being assembled', startedAt: turn.at });
  step(turn, row, 'assemble');
}

/** Orders one call about the current attempt of a rebuild. */
export function step(turn: Turn, rebuild: RebuildRow, kind: StepWork, more: Record<string, unknown> = {}): RebuildRow {
  const row = turn.put('rebuilds', { ...rebuild, round: rebuild.round + 1 });
  const { release, cascade, component, attempt, build } = row;
  const order = { release, cascade, component, rebuild: row.id, attempt, build, round: row.round, ...more };
  turn.work(workOf[kind], `${buildKey(row)}/${row.round}`, order);
  return row;
}

const workOf = {
  submit: 'build.submit',
  look: 'build.look',
  compare: 'build.compare',
  admit: 'build.admit',
  assemble: 'stack.assemble',
} as const;
type StepWork = keyof typeof workOf;

/** A failure that is the component's: it stands until somebody acts. */
export function fail(turn: Turn, rebuild: RebuildRow, evidence: Evidence): void {
  const ended = { evidence, because: evidence.summary, failedOnce: true, endedAt: turn.at };
  const row = move(turn, rebuild, 'failed', ended);
  countFailure(turn, row);
  rebuildEnded(turn, row.cascade, regressionOf(turn, row) === 'yes');
  const remedy = [handCommand(turn, row), retryCommand(row.cascade, row.component)];
  turn.say(rebuildFailed, row.component, failureData(turn, row, evidence, remedy));
}

/** Takes up the dependants of a rebuild that is released from now on, through those that are skipped. */
export function release(turn: Turn, id: string): void {
  const rebuild = turn.row('rebuilds', id);
  if (!isReleased(rebuild)) return;
  const going = rebuild.dependants
    .map((dependant) => turn.row('rebuilds', dependant))
    .filter((row) => !waitsOn(turn, row, id));
  for (const { id: dependant } of going.sort(byUrgency)) {
    const row = turn.row('rebuilds', dependant);
    if (!row.open.includes(id)) continue;
    const next = turn.put('rebuilds', { ...row, open: row.open.filter((open) => open !== id) });
    if (next.fresh) continue;
    if (next.state === 'skipped' || next.state === 'unneeded') release(turn, next.id);
    else advance(turn, next.id);
  }
}

/** Of thousands of dependants most wait for others too: a need of theirs is gone, and nothing else becomes of them. */
function waitsOn(turn: Turn, row: RebuildRow, released: string): boolean {
  if (row.state !== 'waiting' || row.fresh || row.open.length < 2 || !row.open.includes(released)) return false;
  const open = row.open.filter((id) => id !== released);
  turn.put('rebuilds', { ...row, open, because: waitingWords(turn, row, open) });
  return true;
}

/** What goes on first: by priority, then by the longest remaining path. */
function byUrgency(a: RebuildRow, b: RebuildRow): number {
  return rankOf(a) - rankOf(b) || (a.id < b.id ? -1 : 1);
}

/** The opposite: dependants that were not started wait for it again. */
export function withhold(turn: Turn, id: string): void {
  for (const dependant of turn.row('rebuilds', id).dependants) {
    const row = turn.row('rebuilds', dependant);
    if (row.open.includes(id) || !row.needs.includes(id)) continue;
    const wasReleased = isReleased(row);
    turn.put('rebuilds', { ...row, open: [...row.open, id] });
    if (row.state === 'waiting' || row.state === 'ready') advance(turn, row.id);
    if (wasReleased && row.state !== 'validated') withhold(turn, row.id);
  }
}

/** Goes on with a cascade when it was stalled, because something in it can move again. */
export function unstall(turn: Turn, id: string, why: string, by = 'scheduler'): void {
  const cascade = turn.row('cascades', id);
  if (cascade.state !== 'stalled') return;
  const running = moveCascade(turn, cascade, 'running', { problem: null });
  turn.say(cascadeResumed, id, cascadeData(running, why, by));
  turn.self({ type: 'cascade.restart', release: cascade.release, cascade: id });
}

/** Nothing of a running cascade moves: it is complete, or stalled. */
export function isIdle(cascade: CascadeRow): boolean {
  const { counts, planning } = cascade;
  const moving = (['ready', 'submitting', 'building', 'gating'] as const).some((state) => (counts[state] ?? 0) > 0);
  const settled = !cascade.closing && !cascade.takingUp && planning.asked === planning.made;
  return cascade.state === 'running' && settled && !moving;
}

/** When the next attempt after a breakdown is made; four times the pause with each, at most an hour. */
export function breakdownPause(turn: Turn, breakdowns: number, pause: number): string {
  return later(turn.at, Math.min(3_600_000, pause * 4 ** (breakdowns - 1)));
}

function noBuildSystem(rebuild: RebuildRow): Evidence {
  const type = rebuild.component.split('/')[0]!;
  const summary = `release ${rebuild.release} names no build system for components of type ${type}`;
  return {
    class: 'source',
    stage: 'plan',
    summary,
    tail: `${summary}: add it to build_systems in the release definition\n`,
    logs: [],
    signature: digestOf({ type, release: rebuild.release }),
  };
}
