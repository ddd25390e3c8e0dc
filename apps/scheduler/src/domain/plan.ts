import { cascadeCancelled, cascadePlanned, cascadeStarted } from '@millrace/contracts';
import { later } from '@millrace/kernel';
import { advance, byUrgency, release } from './advance';
import { endCascade } from './completion';
import { admitWhenReady } from './gate';
import type { Hindrance, MadePlan } from './input';
import { planned, withCounts } from './plan-rows';
import type { CascadeRow, RebuildRow } from './state';
import { isSettled, moveCascade } from './transitions';
import type { Turn } from './turn';
import { cascadeData, listed } from './words';

/** Asks for a plan of the cascade's members, or with everything planned so far and `wanted`. */
export function askForPlan(turn: Turn, cascade: CascadeRow): CascadeRow {
  const number = cascade.planning.asked + 1;
  const order = { release: cascade.release, cascade: cascade.id, number };
  turn.work('plan.make', `${cascade.id}/${number}`, order);
  return turn.put('cascades', { ...cascade, planning: { ...cascade.planning, asked: number } });
}

/** A plan came: the first one starts the cascade, a later one makes it longer. */
export function planMade(turn: Turn, id: string, number: number, plan: MadePlan): void {
  const cascade = turn.row('cascades', id);
  if (number !== cascade.planning.asked || number <= cascade.planning.made || isEnded(cascade)) return;
  const first = cascade.plan === 0;
  if (first && plan.rebuilds.length === 0) return nothingToDo(turn, cascade, plan);
  const reasons = new Map(cascade.planning.wanted.map((one) => [one.component, one.because]));
  const rows = planned(turn, cascade, plan, reasons);
  for (const row of rows) if (turn.find('rebuilds', row.id) !== row) turn.put('rebuilds', row);
  const next = turn.put('cascades', {
    ...withCounts(cascade, rows),
    plan: cascade.plan + 1,
    planning: { asked: number, made: number, wanted: cascade.planning.wanted.filter((one) => one.plan > number) },
    tiers: Math.max(cascade.tiers, ...rows.map((row) => row.tier + 1)),
    snapshot: cascade.snapshot ?? plan.snapshot,
    roots: first && cascade.roots.length === 0 ? rootsOf(rows) : cascade.roots,
    likely: first ? plan.likely.slice(0, 1000) : cascade.likely,
    atMost: first ? plan.atMost.slice(0, 1000) : cascade.atMost,
    problem: null,
  });
  if (first) announce(turn, next, plan);
  else turn.say(cascadePlanned, id, cascadeData(next, extensionWords(cascade, number), 'scheduler'));
  if (turn.row('cascades', id).state !== 'awaiting-approval') goOn(turn, rows);
  const left = turn.row('cascades', id);
  if (left.planning.wanted.length > 0) askForPlan(turn, left);
}

/** No plan came: it is asked for again in a while, and the cascade says what hinders it. */
export function planFailed(turn: Turn, id: string, number: number, fault: Hindrance): void {
  const cascade = turn.row('cascades', id);
  if (number !== cascade.planning.asked || isEnded(cascade)) return;
  const problem = `no plan yet: ${fault.message}${fault.remedy ? ` (${fault.remedy})` : ''}`;
  turn.put('cascades', { ...cascade, problem });
  const { release: name } = cascade;
  turn.wake(`plan/${id}`, later(turn.at, 15_000), { type: 'plan.due', release: name, cascade: id });
}

export function planDue(turn: Turn, id: string): void {
  const cascade = turn.row('cascades', id);
  if (!isEnded(cascade) && cascade.planning.asked > cascade.planning.made) askForPlan(turn, cascade);
}

/** Starts a planned cascade: because its release acts by itself, or because a person said so. */
export function startPlanned(turn: Turn, cascade: CascadeRow, why: string, by: string): CascadeRow {
  const started = moveCascade(turn, cascade, 'running');
  turn.say(cascadeStarted, cascade.id, cascadeData(started, why, by));
  const { id, release: name } = cascade;
  turn.wake(`reconcile/${id}`, later(turn.at, 60_000), { type: 'cascade.reconcile', release: name, cascade: id });
  return started;
}

export function goOn(turn: Turn, rows: readonly RebuildRow[]): void {
  const ids = [...rows].sort((a, b) => a.tier - b.tier || byUrgency(a, b)).map((row) => row.id);
  for (const id of ids) {
    const row = turn.row('rebuilds', id);
    if (isSettled(row.state)) release(turn, id);
    else if (row.state === 'gating') admitWhenReady(turn, id);
    else advance(turn, id);
  }
}

function announce(turn: Turn, cascade: CascadeRow, plan: MadePlan): void {
  const { definition } = turn.row('releases', cascade.release);
  const dropped = plan.unknown.map((one) => one.component);
  const why = dropped.length === 0 ? cascade.why : `${cascade.why} (unknown and left out: ${listed(dropped)})`;
  if (definition.mode === 'act') {
    turn.say(cascadePlanned, cascade.id, cascadeData({ ...cascade, state: 'planning' }, why));
    startPlanned(turn, cascade, cascade.why, cascade.by);
    return;
  }
  const waiting = moveCascade(turn, cascade, 'awaiting-approval');
  const note =
    definition.mode === 'observe' ? 'the release only observes: nothing is built' : 'a person must let it start';
  turn.say(cascadePlanned, cascade.id, cascadeData(waiting, `${why}; ${note}`));
}

function nothingToDo(turn: Turn, cascade: CascadeRow, plan: MadePlan): void {
  const unknown = plan.unknown.map((one) => `${one.component} (${one.hint})`);
  const why =
    unknown.length > 0 ? `the graph does not know ${listed(unknown)}` : 'there is nothing in it that can be rebuilt';
  const ended = endCascade(turn, moveCascade(turn, cascade, 'cancelled', { problem: why }));
  turn.say(cascadeCancelled, cascade.id, cascadeData(ended, why, 'scheduler'));
}

function extensionWords(cascade: CascadeRow, number: number): string {
  const wanted = cascade.planning.wanted.filter((one) => one.plan <= number);
  const names = wanted.map((one) => one.component);
  return `${listed(names)} joined: ${wanted[0]?.because ?? 'the changed members were planned again'}`;
}

function rootsOf(rows: readonly RebuildRow[]): readonly string[] {
  const lowest = rows.filter((row) => row.tier === 0 && row.pass === 1).map((row) => row.component);
  return lowest.sort().slice(0, 1000);
}

function isEnded(cascade: CascadeRow): boolean {
  return cascade.state === 'completed' || cascade.state === 'cancelled';
}
