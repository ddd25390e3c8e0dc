import { cascadeCancelled, cascadePlanned, cascadeStarted } from '@millrace/contracts';
import { later } from '@millrace/kernel';
import { advance, begin, goOn, release } from './advance';
import { giveWayWhereMet } from './beside';
import { holdOverBudget, overBudget } from './budgets/enforce';
import { endCascade } from './completion';
import { admitWhenReady } from './gate';
import type { CascadeInput, Hindrance, MadePlan } from './input';
import { keepObserved } from './modes/observed';
import { setLandingDeadline } from './landing/deadline';
import { isMovable, openNeeds } from './needs';
import { cancelCascade } from './people';
import { layPart } from './plan-rows';
import { mostRoots } from './start';
import type { CascadeRow, RebuildRow } from './state';
import { isSettled, moveCascade } from './transitions';
import type { Turn } from './turn';
import { cascadeData, listed } from './words';

/** Rebuilds that one decision takes up: what touches a whole cascade is done in slices, others come between. */
export const sliceSize = 200;

/** Asks for a plan of the cascade's members, or with everything planned so far and `wanted`. */
export function askForPlan(turn: Turn, cascade: CascadeRow): CascadeRow {
  const number = cascade.planning.asked + 1;
  const order = { release: cascade.release, cascade: cascade.id, number };
  turn.work('plan.make', `${cascade.id}/${number}`, order);
  return turn.put('cascades', { ...cascade, planning: { ...cascade.planning, asked: number } });
}

/** A part of the plan that is being made: laid down, not yet acted on. */
export function planPart(turn: Turn, input: Extract<CascadeInput, { type: 'plan.part' }>): void {
  const cascade = turn.row('cascades', input.cascade);
  if (!isAwaited(cascade, input.number)) return;
  turn.put('cascades', { ...cascade, snapshot: cascade.snapshot ?? input.snapshot });
  layPart(turn, turn.row('cascades', cascade.id), input.rebuilds, input.number);
  giveWayWhereMet(turn, cascade, input.rebuilds);
}

/** All parts of a plan are there: the first one starts the cascade, a later one makes it longer. */
export function planMade(turn: Turn, id: string, number: number, plan: MadePlan): void {
  const cascade = turn.row('cascades', id);
  if (!isAwaited(cascade, number)) return;
  const first = cascade.plan === 0;
  // That it had none hung for all to see: it is over.
  if (cascade.problem !== null) turn.self({ type: 'watch.due', release: cascade.release });
  if (first && plan.rebuilds === 0) return nothingToDo(turn, cascade, plan);
  const next = turn.put('cascades', {
    ...cascade,
    plan: cascade.plan + 1,
    planning: { asked: number, made: number, wanted: cascade.planning.wanted.filter((one) => one.plan > number) },
    tiers: Math.max(cascade.tiers, plan.tiers),
    snapshot: cascade.snapshot ?? plan.snapshot,
    roots: first && cascade.roots.length === 0 ? plan.roots.slice(0, mostRoots) : cascade.roots,
    problem: null,
    ...(plan.cost ? { cost: plan.cost } : {}),
  });
  if (first) {
    const { likely, atMost } = plan;
    turn.put('previews', { id, revision: 0, likely: likely.slice(0, 1000), atMost: atMost.slice(0, 1000) });
    announce(turn, next, plan);
  } else {
    turn.say(cascadePlanned, id, cascadeData(next, extensionWords(cascade, number), 'scheduler'));
    holdOverBudget(turn, id);
  }
  if (turn.row('cascades', id).state !== 'awaiting-approval') goOn(turn, id);
  for (const row of turn.all('rebuilds')) if (row.state === 'gating') admitWhenReady(turn, row.id);
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
  turn.self({ type: 'watch.due', release: name });
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
  for (const build of cascade.adopts ?? []) {
    turn.self({ type: 'build.adopt', release: name, cascade: id, build, why: 'it started this cascade' });
  }
  turn.wake(`reconcile/${id}`, later(turn.at, 60_000), { type: 'cascade.reconcile', release: name, cascade: id });
  setLandingDeadline(turn, started);
  return started;
}

/** The slice holds the first rebuilds that a plan has touched, lower tiers first, with their needs. */
export function advanceFresh(turn: Turn, id: string): void {
  if (isEnded(turn.row('cascades', id))) return;
  const fresh = turn.all('rebuilds').filter((row) => row.cascade === id && row.fresh);
  for (const { id: touched } of fresh.sort((a, b) => a.tier - b.tier)) {
    const row = turn.row('rebuilds', touched);
    const open = isMovable(row) ? openNeeds(turn, row.needs) : row.open;
    takeUp(turn, turn.put('rebuilds', { ...row, open, fresh: false }));
  }
  if (fresh.length >= sliceSize) return goOn(turn, id);
  turn.put('cascades', { ...turn.row('cascades', id), takingUp: false });
}

/** A cascade runs again: what was ready meanwhile asks for its turn. The slice holds what no queue holds. */
export function restart(turn: Turn, id: string): void {
  const cascade = turn.row('cascades', id);
  if (cascade.state !== 'running') return;
  const { definition } = turn.row('releases', cascade.release);
  for (const row of turn.all('rebuilds')) if (row.cascade === id && row.state === 'ready') begin(turn, row);
  for (const system of Object.values(definition.build_systems)) turn.look(system);
}

/** The lower tier is settled (`pace: lockstep`), or its gate has passed, and this one starts. The slice holds the first that can. */
export function tierOpened(turn: Turn, id: string, tier: number): void {
  const rows = turn.all('rebuilds').filter((row) => row.cascade === id && row.state === 'waiting');
  for (const row of rows) advance(turn, row.id);
  const some = rows.some((row) => turn.row('rebuilds', row.id).state !== 'waiting');
  if (rows.length < sliceSize || !some) return;
  turn.self({ type: 'tier.opened', release: turn.row('cascades', id).release, cascade: id, tier });
}

function takeUp(turn: Turn, row: RebuildRow): void {
  if (isSettled(row.state)) return release(turn, row.id);
  if (row.state === 'gating') return admitWhenReady(turn, row.id);
  const before = row.state;
  advance(turn, row.id);
  if (before === 'ready' && turn.row('rebuilds', row.id).state === 'ready') begin(turn, turn.row('rebuilds', row.id));
}

function announce(turn: Turn, cascade: CascadeRow, plan: MadePlan): void {
  const { definition } = turn.row('releases', cascade.release);
  const dropped = plan.unknown.map((one) => one.component);
  const why = dropped.length === 0 ? cascade.why : `${cascade.why} (unknown and left out: ${listed(dropped)})`;
  const over = overBudget(turn, cascade);
  if (over !== null && definition.budgets?.over === 'refuse' && definition.mode !== 'observe') {
    cancelCascade(turn, cascade, `${over}: raise the budget in the release definition, or plan less`, 'scheduler');
    return;
  }
  if (definition.mode === 'act' && over === null) {
    turn.say(cascadePlanned, cascade.id, cascadeData({ ...cascade, state: 'planning' }, why));
    startPlanned(turn, cascade, cascade.why, cascade.by);
    return;
  }
  const asked = over === null ? {} : ({ budget: 'asked', problem: over } as const);
  const waiting = moveCascade(turn, cascade, 'awaiting-approval', asked);
  const must = `a person must let it start${over === null ? '' : `: ${over}`}`;
  const note = definition.mode === 'observe' ? 'the release only observes: nothing is built' : must;
  const asks = over !== null && definition.mode === 'act' ? ({ over_budget: true } as const) : {};
  turn.say(cascadePlanned, cascade.id, { ...cascadeData(waiting, `${why}; ${note}`), ...asks });
  if (definition.mode === 'observe') keepObserved(turn, waiting);
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

/** Only the newest plan that was asked for counts, once, while the cascade lives. */
function isAwaited(cascade: CascadeRow, number: number): boolean {
  return number === cascade.planning.asked && number > cascade.planning.made && !isEnded(cascade);
}

function isEnded(cascade: CascadeRow): boolean {
  return cascade.state === 'completed' || cascade.state === 'cancelled';
}
