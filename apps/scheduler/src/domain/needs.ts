import { gateKey } from './group-gate/rows';
import type { CascadeRow, RebuildRow } from './state';
import type { Turn } from './turn';

/**
 * Rule 1, and the only place where it stands: a need is released when it is validated and its verdict still holds, or
 * when it is unneeded or skipped and its own needs are released too.
 */
export function isReleased(rebuild: Pick<RebuildRow, 'fresh' | 'state' | 'doubtful' | 'open'>): boolean {
  if (rebuild.fresh && rebuild.state !== 'validated') return false;
  if (rebuild.state === 'validated') return !rebuild.doubtful;
  return (rebuild.state === 'skipped' || rebuild.state === 'unneeded') && rebuild.open.length === 0;
}

/** Every need is released, nobody holds it, the gates of the tiers below have passed, and with `pace: lockstep` the whole lower tier is settled. */
export function mayStart(cascade: CascadeRow, rebuild: RebuildRow): boolean {
  if (!isClear(rebuild) || awaitedTier(cascade, rebuild) !== null) return false;
  return cascade.pace === 'flow' || rebuild.tier <= openTier(cascade);
}

/** The lowest tier below a rebuild whose gate has not passed; null: it waits for none. */
export function awaitedTier({ gatesTiers, gates = {} }: CascadeRow, { tier }: Pick<RebuildRow, 'tier'>): number | null {
  for (let below = 0; gatesTiers && below < tier; below++) {
    if (gates[gateKey(below)]?.decision !== 'passed') return below;
  }
  return null;
}

/** Nothing of its own keeps it from starting: no need is open, nobody holds it, no plan is about to change it. */
export function isClear(rebuild: RebuildRow): boolean {
  return !rebuild.held && !rebuild.fresh && rebuild.open.length === 0;
}

/** The lowest tier with rebuilds that are not settled. */
export function openTier(cascade: CascadeRow): number {
  const open = Object.entries(cascade.openByTier).filter(([, count]) => count > 0);
  return Math.min(...open.map(([tier]) => Number(tier)));
}

/** Those of the needs that are not released. A need that the slice does not hold is not there yet. */
export function openNeeds(turn: Turn, needs: readonly string[]): readonly string[] {
  return needs.filter((id) => {
    const need = turn.find('rebuilds', id);
    return !need || !isReleased(need);
  });
}

/** Has it been given to its build system, or is it beyond that? */
export function hasStarted(rebuild: RebuildRow): boolean {
  return rebuild.state !== 'waiting' && rebuild.state !== 'ready';
}

/** A rebuild that has not started can still be given other needs; one that is passed over, too. */
export function isMovable(row: RebuildRow): boolean {
  return !hasStarted(row) || row.state === 'skipped' || row.state === 'unneeded';
}
