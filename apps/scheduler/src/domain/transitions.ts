import type { CascadeState, RebuildState } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import type { CascadeRow, Marks, RebuildRow } from './state';
import type { Turn } from './turn';

/** What a rebuild may become. Validated, skipped, unneeded and cancelled never change back. */
const rebuildTransitions: Readonly<Record<RebuildState, readonly RebuildState[]>> = {
  waiting: ['ready', 'gating', 'skipped', 'unneeded', 'cancelled', 'failed'],
  ready: ['waiting', 'submitting', 'gating', 'failed', 'skipped', 'unneeded', 'cancelled'],
  submitting: ['building', 'gating', 'failed', 'ready', 'skipped', 'cancelled'],
  building: ['gating', 'failed', 'ready', 'cancelled'],
  gating: ['validated', 'rejected', 'gating', 'cancelled'],
  validated: [],
  failed: ['waiting', 'ready', 'gating', 'skipped', 'cancelled'],
  rejected: ['gating', 'waiting', 'ready', 'skipped', 'cancelled'],
  skipped: [],
  unneeded: [],
  cancelled: [],
};

const cascadeTransitions: Readonly<Record<CascadeState, readonly CascadeState[]>> = {
  planning: ['awaiting-approval', 'running', 'cancelled'],
  'awaiting-approval': ['running', 'cancelled'],
  running: ['held', 'stalled', 'completed', 'cancelled'],
  held: ['running', 'cancelled'],
  stalled: ['running', 'held', 'cancelled'],
  completed: [],
  cancelled: [],
};

export const settledStates: readonly RebuildState[] = ['validated', 'skipped', 'unneeded', 'cancelled'];
const slotStates: readonly RebuildState[] = ['submitting', 'building'];

export function isSettled(state: RebuildState): boolean {
  return settledStates.includes(state);
}

/** Moves a rebuild, keeps its cascade's counts, and gives its slot back when it needs none any more. */
export function move(turn: Turn, rebuild: RebuildRow, to: RebuildState, patch: Partial<RebuildRow> = {}): RebuildRow {
  if (!rebuildTransitions[rebuild.state].includes(to)) throw forbidden('rebuild', rebuild.id, rebuild.state, to);
  count(turn, rebuild, to);
  const returns = rebuild.slot && !slotStates.includes(to);
  if (returns) returnSlot(turn, rebuild, to === 'gating' || to === 'failed');
  return turn.put('rebuilds', {
    ...rebuild,
    ...patch,
    marks: marked(turn, rebuild, to),
    state: to,
    slot: returns ? false : (patch.slot ?? rebuild.slot),
  });
}

/** When a rebuild entered the stages that its times are told by. */
function marked(turn: Turn, { marks }: RebuildRow, to: RebuildState): Marks {
  if (to === 'ready') return { ready: turn.at };
  if (to === 'submitting') return { ...marks, started: turn.at };
  return to === 'gating' ? { ...marks, built: turn.at } : (marks ?? {});
}

export function moveCascade(
  turn: Turn,
  cascade: CascadeRow,
  to: CascadeState,
  patch: Partial<CascadeRow> = {},
): CascadeRow {
  if (!cascadeTransitions[cascade.state].includes(to)) throw forbidden('cascade', cascade.id, cascade.state, to);
  return turn.put('cascades', { ...cascade, ...patch, state: to });
}

function count(turn: Turn, rebuild: RebuildRow, to: RebuildState): void {
  const cascade = turn.row('cascades', rebuild.cascade);
  const counts = { ...cascade.counts };
  counts[rebuild.state] = (counts[rebuild.state] ?? 0) - 1;
  counts[to] = (counts[to] ?? 0) + 1;
  const openByTier = { ...cascade.openByTier };
  const settles = isSettled(to) && !isSettled(rebuild.state);
  if (settles) openByTier[rebuild.tier] = (openByTier[rebuild.tier] ?? 0) - 1;
  turn.put('cascades', { ...cascade, counts, openByTier });
  if (settles && cascade.pace === 'lockstep' && openByTier[rebuild.tier] === 0) {
    turn.self({ type: 'tier.opened', release: cascade.release, cascade: cascade.id, tier: rebuild.tier + 1 });
  }
}

/** `worked`: the build system did its part. */
export function returnSlot(turn: Turn, rebuild: RebuildRow, worked: boolean): void {
  const { system, id, attempt, release: of } = rebuild;
  if (system) turn.self({ type: 'slot.returned', system, rebuild: id, attempt, worked, of });
}

function forbidden(what: string, id: string, from: string, to: string): AppError {
  return new AppError({
    code: 'transition-forbidden',
    kind: 'bug',
    message: `${what} ${id} cannot go from ${from} to ${to}`,
  });
}
