import { rebuildId, type ImpactRebuild } from '@millrace/contracts';
import type { MadePlan } from './input';
import { hasStarted, isReleased } from './needs';
import { barOf, bootstrapMacros, priorityOf } from './policy';
import type { CascadeRow, RebuildRow } from './state';
import { isSettled } from './transitions';
import type { Turn } from './turn';

/** The rows of a plan: new ones, and those not yet started with their new needs; the others stay as they are. */
export function planned(
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

export function withCounts(cascade: CascadeRow, rows: readonly RebuildRow[]): CascadeRow {
  const counts: Record<string, number> = {};
  const openByTier: Record<number, number> = {};
  for (const row of rows) {
    counts[row.state] = (counts[row.state] ?? 0) + 1;
    if (!isSettled(row.state)) openByTier[row.tier] = (openByTier[row.tier] ?? 0) + 1;
  }
  return { ...cascade, counts, openByTier };
}
