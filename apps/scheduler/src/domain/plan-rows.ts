import { rebuildId } from '@millrace/contracts';
import { holdOfRebuild, holdWords } from './hold-rows';
import { dropDoubt } from './doubt';
import type { PlannedRebuild } from './input';
import { hasStarted, isMovable, openNeeds } from './needs';
import { barOf, bootstrapMacros, priorityOf, systemOf } from './policy';
import type { CascadeRow, RebuildRow } from './state';
import { isSettled, move } from './transitions';
import { termsOf } from './terms';
import type { Turn } from './turn';
import { clip } from './words';

/**
 * Lays a part of a plan over the cascade's rows; lower tiers came before it. A rebuild that has not started takes its
 * new needs and stays one build. One that has started, and below which something is built once more, is built once
 * more too: as its next generation. All others stay as they are.
 */
export function layPart(turn: Turn, cascade: CascadeRow, part: readonly PlannedRebuild[], number: number): void {
  const newest = newestRows(turn, cascade.id);
  for (const one of part) {
    const key = keyOf(one);
    const old = newest.get(key);
    const ids = (of: PlannedRebuild['needs']): string[] =>
      of.map((other) => newest.get(keyOf(other))?.id ?? idOf(cascade, other, 1)).filter((id) => id !== old?.id);
    const needs = ids(one.needs);
    const again = old !== undefined && hasStarted(old) && mustGoAgain(turn, old, one, needs);
    if (!old || (again && old.generation < termsOf(turn, cascade).folding.generations)) {
      const generation = (old?.generation ?? 0) + 1;
      const more = { generation, needs, number, first: cascade.plan === 0, early: buildFor(cascade, one) };
      const row = newRebuild(turn, cascade, one, more);
      newest.set(key, keep(turn, row, old));
      continue;
    }
    newest.set(key, replanned(turn, old, one, isMovable(old) ? needs : old.needs));
  }
  if (cascade.plan > 0) for (const one of part) joinNeeds(turn, newest.get(keyOf(one))!.id);
}

/** What a rebuild needs knows it as a dependant. */
function joinNeeds(turn: Turn, id: string): void {
  for (const need of turn.row('rebuilds', id).needs) {
    const row = turn.find('rebuilds', need);
    if (row && !row.dependants.includes(id)) turn.put('rebuilds', { ...row, dependants: [...row.dependants, id] });
  }
}

export function keyOf(one: { readonly component: string; readonly pass: number }): string {
  return `${one.component} ${one.pass}`;
}

function idOf(cascade: CascadeRow, one: { component: string; pass: number }, generation: number): string {
  return rebuildId({ cascade: cascade.id, component: one.component, generation, pass: one.pass });
}

/** The newest generation of each component and pass that the slice holds. */
export function newestRows(turn: Turn, cascade: string): Map<string, RebuildRow> {
  const newest = new Map<string, RebuildRow>();
  for (const row of turn.all('rebuilds')) {
    if (row.cascade !== cascade) continue;
    const known = newest.get(keyOf(row));
    if (!known || known.generation < row.generation) newest.set(keyOf(row), row);
  }
  return newest;
}

/** It changed itself, or something that it needs has a generation that it was not built with. */
function mustGoAgain(turn: Turn, old: RebuildRow, one: PlannedRebuild, needs: readonly string[]): boolean {
  if (one.again) return true;
  if (old.state === 'skipped' || old.state === 'cancelled') return false;
  return needs.some((id) => !old.needs.includes(id) && (turn.find('rebuilds', id)?.generation ?? 1) > 1);
}

/** A plan touched a row: needs and place are its own while it has not started, what waits for it always is. */
function replanned(turn: Turn, old: RebuildRow, one: PlannedRebuild, needs: readonly string[]): RebuildRow {
  const movable = isMovable(old);
  const next: RebuildRow = {
    ...old,
    ...(movable ? { needs, tier: one.tier } : {}),
    path: one.path,
    expected: one.expected,
    must: old.must ?? one.must,
    source: movable && one.again ? (one.source ?? old.source) : old.source,
  };
  const same =
    next.tier === old.tier && next.must === old.must && next.source === old.source && equal(next.needs, old.needs);
  if (same) return old;
  if (next.tier !== old.tier && !isSettled(old.state)) changeTier(turn, old, next.tier);
  return turn.put('rebuilds', { ...next, fresh: true });
}

function keep(turn: Turn, row: RebuildRow, old: RebuildRow | undefined): RebuildRow {
  if (old && !isSettled(old.state)) {
    const because = `generation ${row.generation} takes its place: ${row.planned}`;
    if (old.state === 'building' && old.build) {
      const { release, component, build } = old;
      turn.work('build.cancel', old.build, { release, component, build });
      const running = turn.find('builds', old.build);
      if (running) turn.put('builds', { ...running, state: 'superseded', because, endedAt: turn.at });
    }
    move(turn, old, 'cancelled', { because, endedAt: turn.at });
  }
  if (old) dropDoubt(turn, turn.row('rebuilds', old.id));
  addCount(turn, row, row.tier);
  return turn.put('rebuilds', row);
}

interface New {
  readonly generation: number;
  readonly needs: readonly string[];
  /** The plan's, and whether it is the cascade's first. */
  readonly number: number;
  readonly first: boolean;
  /** Builds made by hand that it may take. */
  readonly early: readonly string[];
}

function newRebuild(
  turn: Turn,
  cascade: CascadeRow,
  one: PlannedRebuild,
  { generation, needs, number, first, early }: New,
): RebuildRow {
  const { component, pass } = one;
  const { definition, holds } = turn.row('releases', cascade.release);
  const bar = barOf(definition, component);
  const knot = termsOf(turn, cascade).knots === 'manual' && one.knot;
  const barred = bar !== null && bar.policy !== 'manual';
  const hold = holdOfRebuild(holds, {
    cascade: cascade.id,
    tier: one.tier,
    component,
  });
  const held = knot || bar?.policy === 'manual' || hold !== null;
  const planned = clip(one.because, 500);
  const because =
    bar?.because ?? (knot ? 'it is in a knot, and the release builds knots by hand' : hold ? holdWords(hold) : planned);
  const open = openNeeds(turn, needs);
  return {
    id: rebuildId({ cascade: cascade.id, component, generation, pass }),
    revision: 0,
    cascade: cascade.id,
    release: cascade.release,
    component,
    generation,
    pass,
    tier: one.tier,
    system: systemOf(definition, component),
    expected: one.expected,
    path: one.path,
    priority: priorityOf(definition, component),
    bootstrap: one.bootstrap,
    macros: one.bootstrap ? bootstrapMacros(definition, component) : {},
    needs,
    dependants: first ? one.dependants.map((other) => idOf(cascade, other, 1)) : [],
    open,
    state: barred ? 'skipped' : 'waiting',
    held,
    fresh: !first || barred || open.length === 0,
    must: one.must,
    planned,
    because,
    ...(early.length > 0 ? { early } : {}),
    source: one.source,
    attempt: 1,
    breakdowns: 0,
    notBefore: null,
    slot: false,
    round: 0,
    ...unbuilt,
    plannedIn: number,
    startedAt: null,
    endedAt: barred ? turn.at : null,
  };
}

function buildFor({ planning }: CascadeRow, { component, again }: PlannedRebuild): readonly string[] {
  const wanted = again ? planning.wanted.filter((one) => one.component === component) : [];
  return wanted.flatMap(({ build }) => (build === undefined ? [] : [build])).slice(-1);
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
  doubts: [],
  overdue: [],
  passed: null,
} as const;

function addCount(turn: Turn, row: RebuildRow, tier: number): void {
  const cascade = turn.row('cascades', row.cascade);
  const counts = { ...cascade.counts, [row.state]: (cascade.counts[row.state] ?? 0) + 1 };
  const openByTier = isSettled(row.state)
    ? cascade.openByTier
    : { ...cascade.openByTier, [tier]: (cascade.openByTier[tier] ?? 0) + 1 };
  turn.put('cascades', { ...cascade, counts, openByTier });
}

function changeTier(turn: Turn, row: RebuildRow, tier: number): void {
  const cascade = turn.row('cascades', row.cascade);
  const openByTier = { ...cascade.openByTier };
  openByTier[row.tier] = (openByTier[row.tier] ?? 0) - 1;
  openByTier[tier] = (openByTier[tier] ?? 0) + 1;
  turn.put('cascades', { ...cascade, openByTier });
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, n) => one === b[n]);
}
