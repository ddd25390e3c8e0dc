import type { ChangeRow } from './change-rows';
import { detected } from './changes';
import { follow, followLater, hasFollowed } from './following';
import { waits } from './consider';
import type { CascadeInput, LandedBuild, PlannedRebuild } from './input';
import { isAwaited, liveOf } from './live';
import { cancelCascade } from './people';
import type { CascadeRow, ChangedComponent, RebuildRow, ReleaseRow } from './state';
import type { Turn } from './turn';

/**
 * A change may start a cascade beside those that run, in a place of its own: by policy, when it names nothing that one
 * of them rebuilds, and while no other change waits for their end. That one comes first, or it might wait for ever.
 */
export function mayRunBeside(turn: Turn, { definition, ...release }: ReleaseRow, row: ChangeRow): boolean {
  if (definition.triggers.concurrent !== 'beside' || row.all || isAwaited(turn, row.id)) return false;
  const live = liveOf(release);
  const named = new Set(row.components.map((one) => one.component));
  return !turn.all('rebuilds').some((one) => live.includes(one.cascade) && named.has(one.component) && isIn(one));
}

/**
 * The plans of two cascades meet in a component: what both would build, each without the other's builds, could not land.
 * The younger one gives way, so that the oldest always goes on. The slice holds the others' rebuilds of these components.
 */
export function giveWayWhereMet(turn: Turn, cascade: CascadeRow, part: readonly PlannedRebuild[]): void {
  const others = liveOf(turn.row('releases', cascade.release)).filter((id) => id !== cascade.id);
  if (others.length === 0) return;
  const named = new Set(part.map((one) => one.component));
  const met = turn
    .all('rebuilds')
    .filter((row) => others.includes(row.cascade) && named.has(row.component) && isIn(row));
  for (const { cascade: id, component } of firstOfEach(met)) {
    const other = turn.row('cascades', id);
    const [older, younger] = other.number < cascade.number ? [other, cascade] : [cascade, other];
    const about = { release: cascade.release, cascade: younger.id, to: older.id, component };
    turn.self({ type: 'cascade.give-way', ...about });
  }
}

/** It ends, its place is thrown away, and its changes wait for the end of what runs. */
export function giveWay(turn: Turn, input: Extract<CascadeInput, { type: 'cascade.give-way' }>): void {
  const cascade = turn.row('cascades', input.cascade);
  if (cascade.state === 'completed' || cascade.state === 'cancelled' || cascade.closing) return;
  const words = `cascade ${input.to}, which is older, rebuilds ${input.component} too and must end first`;
  for (const change of turn.all('changes')) {
    if (change.cascade !== cascade.id) continue;
    detected(turn, waits({ ...change, components: namedBy(turn, change) }, 'cascade', words));
  }
  cancelCascade(turn, cascade, words, 'scheduler');
}

/** What a change named, those components too that had joined a cascade before; each with the newest source. */
function namedBy(turn: Turn, change: ChangeRow): readonly ChangedComponent[] {
  const joined = (change.dropped ?? []).map((one) => ({ component: one.component, source: null, nvr: null }));
  const all = [...change.components, ...joined.filter((one) => rowOf(turn, change, one.component) !== undefined)];
  return all.map((one) => ({ ...one, source: rowOf(turn, change, one.component)?.source ?? one.source }));
}

function rowOf(turn: Turn, { cascade }: ChangeRow, component: string): RebuildRow | undefined {
  const rows = turn.all('rebuilds').filter((row) => row.cascade === cascade && row.component === component);
  return rows.sort((a, b) => b.generation - a.generation)[0];
}

/**
 * What a cascade lands goes into the places of those that run beside it, too: what joins them later is built with it.
 * A place that follows its base by itself has it already.
 */
export function followLanded(turn: Turn, cascade: CascadeRow, rows: readonly RebuildRow[]): void {
  const landed = rows.filter((row) => !row.bootstrap && row.build !== null);
  const builds = landed.map(({ component, build }): LandedBuild => ({ component, build: build! }));
  const others = liveOf(turn.row('releases', cascade.release)).filter((id) => id !== cascade.id);
  if (builds.length === 0) return;
  for (const other of others) follow(turn, other, builds);
}

/** What it could not take is tried again, as long as its cascade lives; until then nothing new starts in it. */
export function placeFollowed(turn: Turn, input: Extract<CascadeInput, { type: 'place.followed' }>): void {
  const { cascade, release, builds, fault } = input;
  if (!liveOf(turn.row('releases', release)).includes(cascade)) return;
  if (fault === null) return hasFollowed(turn, cascade, builds);
  followLater(turn, cascade, builds, fault.message);
}

function firstOfEach(rows: readonly RebuildRow[]): readonly RebuildRow[] {
  return [...new Map([...rows].reverse().map((row) => [row.cascade, row])).values()];
}

function isIn({ state }: RebuildRow): boolean {
  return state !== 'cancelled';
}
