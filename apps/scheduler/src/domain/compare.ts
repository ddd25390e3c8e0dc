import type { RebuildInput } from './input';
import { checkDependants } from './builtin-checks';
import { admitWhenReady } from './gate';
import { hasStarted } from './needs';
import { askForPlan } from './plan';
import { newestRows } from './plan-rows';
import type { RebuildRow, WantedComponent } from './state';
import type { Turn } from './turn';
import { clip } from './words';

/**
 * The resolver has compared a new build with what it replaces. Who lost something and is not planned joins the plan
 * before the build can be validated: no dependant starts on half a plan. Who is planned and lost something is built
 * whatever else its needs offer.
 */
export function compared(
  turn: Turn,
  rebuild: RebuildRow,
  input: Extract<RebuildInput, { type: 'build.compared' }>,
): void {
  if (rebuild.state !== 'gating' || rebuild.compared) return;
  const planned = newestRows(turn, rebuild.cascade);
  const rows = [...planned.values()];
  markThoseWhoLost(turn, rebuild, rows, input.lost);
  const members = new Set(rows.map((row) => row.component));
  checkDependants(turn, rebuild, input, members);
  const added = input.added.filter((one) => !members.has(one.component));
  if (added.length === 0) {
    turn.put('rebuilds', { ...turn.row('rebuilds', rebuild.id), compared: true });
    return admitWhenReady(turn, rebuild.id);
  }
  const number = extend(turn, rebuild.cascade, added);
  const because = `it changes what ${added.length} more components use: the plan is made longer`;
  turn.put('rebuilds', { ...turn.row('rebuilds', rebuild.id), compared: true, planNeeded: number, because });
}

type Lost = Extract<RebuildInput, { type: 'build.compared' }>['lost'];

function markThoseWhoLost(turn: Turn, rebuild: RebuildRow, rows: readonly RebuildRow[], lost: Lost): void {
  const reasons = new Map(lost.map((one) => [one.dependant, `${rebuild.component} changed ${one.requirement}`]));
  for (const row of rows) {
    const must = reasons.get(row.component);
    if (must !== undefined && row.must === null && !hasStarted(row)) turn.put('rebuilds', { ...row, must });
  }
}

/** Wants components in the next plan, and asks for it unless one is under way. Gives that plan's number. */
export function extend(turn: Turn, id: string, added: readonly Omit<WantedComponent, 'plan'>[]): number {
  const cascade = turn.row('cascades', id);
  const { planning } = cascade;
  const number = planning.asked + 1;
  const known = new Set(planning.wanted.map((one) => one.component));
  const fresh: WantedComponent[] = added
    .filter((one) => one.again || !known.has(one.component))
    .map((one) => ({ ...one, because: clip(one.because, 500), plan: number }));
  const next = { ...cascade, planning: { ...planning, wanted: [...planning.wanted, ...fresh] } };
  turn.put('cascades', next);
  if (fresh.length === 0) return Math.max(...planning.wanted.map((one) => one.plan));
  if (planning.asked === planning.made) askForPlan(turn, next);
  return number;
}
