import { cascadeCancelled, cascadePlanned, cascadeStarted, rebuildId, type ImpactRebuild } from '@millrace/contracts';
import { later } from '@millrace/kernel';
import { advance, byUrgency, release } from './advance';
import { endCascade } from './completion';
import { admitWhenReady } from './gate';
import type { Hindrance, MadePlan } from './input';
import { hasStarted, isReleased } from './needs';
import { barOf, bootstrapMacros, priorityOf } from './policy';
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

/** The rows of a plan: new ones, and those not yet started with their new needs; the others stay as they are. */
function planned(
  turn: Turn,
  cascade: CascadeRow,
  plan: MadePlan,
  reasons: ReadonlyMap<string, string>,
): readonly RebuildRow[] {
  const idOf = (one: { component: string; pass: number }): string =>
    rebuildId({ cascade: cascade.id, component: one.component, generation: 1, pass: one.pass });
  const rows = new Map(turn.all('rebuilds').map((row) => [row.id, row]));
  for (const one of plan.rebuilds) {
    const id = idOf(one);
    const old = rows.get(id);
    if (old && hasStarted(old)) continue;
    const needs = one.needs.map(idOf).filter((need) => need !== id);
    const row = old ?? newRebuild(turn, cascade, one, plan, reasons.get(one.component) ?? one.because);
    rows.set(id, { ...row, needs, tier: one.tier });
  }
  return connected(turn, [...rows.values()]);
}

/** Fills in what follows from the needs of all rows: dependants, heights and the needs that are open. */
function connected(turn: Turn, rows: readonly RebuildRow[]): readonly RebuildRow[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const dependants = new Map<string, string[]>(rows.map((row) => [row.id, []]));
  for (const row of rows) for (const need of row.needs) dependants.get(need)?.push(row.id);
  const heights = new Map<string, number>();
  const open = new Map<string, readonly string[]>();
  const upwards = [...rows].sort((a, b) => a.tier - b.tier);
  for (const row of [...upwards].reverse()) {
    heights.set(row.id, Math.max(-1, ...dependants.get(row.id)!.map((id) => heights.get(id) ?? 0)) + 1);
  }
  for (const row of upwards) {
    const closed = (id: string): boolean => {
      const need = byId.get(id);
      return need !== undefined && isReleased({ ...need, open: open.get(id) ?? need.open });
    };
    open.set(row.id, hasStarted(row) && !isPassive(row) ? row.open : row.needs.filter((id) => !closed(id)));
  }
  return rows.map((row) => {
    const next = {
      ...row,
      dependants: dependants.get(row.id)!,
      height: heights.get(row.id)!,
      open: open.get(row.id)!,
    };
    const same =
      String(next.dependants) === String(row.dependants) &&
      next.height === row.height &&
      String(next.open) === String(row.open) &&
      turn.find('rebuilds', row.id) === row;
    return same ? row : next;
  });
}

function isPassive(row: RebuildRow): boolean {
  return row.state === 'skipped' || row.state === 'unneeded';
}

function newRebuild(turn: Turn, cascade: CascadeRow, one: ImpactRebuild, plan: MadePlan, because: string): RebuildRow {
  const { definition } = turn.row('releases', cascade.release);
  const bar = barOf(definition, one.component);
  const knot = definition.knots === 'manual' && plan.knots.some((members) => members.includes(one.component));
  const barred = bar !== null && bar.policy !== 'manual';
  const held = knot || bar?.policy === 'manual';
  const words = bar?.because ?? (knot ? 'it is in a knot, and the release builds knots by hand' : because);
  return {
    id: rebuildId({ cascade: cascade.id, component: one.component, generation: 1, pass: one.pass }),
    revision: 0,
    cascade: cascade.id,
    release: cascade.release,
    component: one.component,
    generation: 1,
    pass: one.pass,
    tier: one.tier,
    height: 0,
    priority: priorityOf(definition, one.component),
    bootstrap: one.bootstrap,
    macros: one.bootstrap ? bootstrapMacros(definition, one.component) : {},
    needs: [],
    dependants: [],
    open: [],
    state: barred ? 'skipped' : 'waiting',
    held,
    planned: because,
    because: words,
    source: cascade.sources[one.component] ?? plan.sources[one.component] ?? null,
    attempt: 1,
    breakdowns: 0,
    notBefore: null,
    slot: false,
    round: 0,
    ...unbuilt,
    plannedIn: cascade.plan + 1,
    startedAt: null,
    endedAt: barred ? turn.at : null,
  };
}

/** What a rebuild has before an attempt of it has begun. */
export const unbuilt = {
  build: null,
  nvr: null,
  origin: null,
  resumed: false,
  contents: null,
  evidence: null,
  verdict: null,
  verdictRevision: 0,
  compared: false,
  planNeeded: 0,
  admitting: false,
  doubtful: false,
} as const;

function withCounts(cascade: CascadeRow, rows: readonly RebuildRow[]): CascadeRow {
  const counts: Record<string, number> = {};
  const openByTier: Record<number, number> = {};
  for (const row of rows) {
    counts[row.state] = (counts[row.state] ?? 0) + 1;
    if (!isSettled(row.state)) openByTier[row.tier] = (openByTier[row.tier] ?? 0) + 1;
  }
  return { ...cascade, counts, openByTier };
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
