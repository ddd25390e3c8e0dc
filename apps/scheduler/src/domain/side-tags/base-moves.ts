import { sideTagPolicyOf } from '@millrace/contracts';
import { liveOf } from '../live';
import type { CascadeRow } from '../state';
import type { Turn } from '../turn';
import { clip } from '../words';
import type { BaseMovesRow, SeenMove } from './rows';
import type { MovedBuild, SideTagInput } from './side-tag-input';

/** Moves that a cascade carries with it; the count has all. */
const mostMoves = 200;

/**
 * Somebody put builds into the base while cascades run: each says so. `pin` keeps what the base had before; what the
 * cascade itself rebuilds is its own whatever the base gets. The slice holds the cascades' rebuilds of these components.
 */
export function baseMoved(turn: Turn, system: string, moved: readonly MovedBuild[]): void {
  if (moved.length === 0) return;
  const release = turn.row('releases', turn.release!);
  const { base } = sideTagPolicyOf(release.definition);
  for (const id of liveOf(release)) {
    const cascade = turn.find('cascades', id);
    if (!cascade) continue;
    const own = ownOf(turn, cascade);
    const seen = moved.map((one): SeenMove => {
      const effect = own.has(one.component) ? 'own' : base === 'pin' && one.was ? 'pin' : 'follow';
      if (effect === 'pin') pin(turn, system, cascade, one);
      return { component: one.component, nvr: one.nvr, was: one.was?.nvr ?? null, by: one.by, at: turn.at, effect };
    });
    note(turn, cascade, seen);
  }
}

/** It could not be pinned: the cascade is built with what is there now, and says so. */
export function pinned(turn: Turn, input: Extract<SideTagInput, { readonly type: 'sidetag.pinned' }>): void {
  const row = turn.find('baseMoves', input.cascade);
  if (!row || !input.fault) return;
  const moves = row.moves.map((one) => (one.was === input.nvr ? { ...one, effect: 'follow' as const } : one));
  turn.put('baseMoves', { ...row, moves });
  const cascade = turn.find('cascades', input.cascade);
  const words = `${input.nvr} could not be pinned, the base moves on below it: ${input.fault.message}`;
  if (cascade) turn.put('cascades', { ...cascade, problem: clip(words, 1000) });
}

function pin(turn: Turn, system: string, cascade: CascadeRow, { was, component }: MovedBuild): void {
  const order = { release: cascade.release, system, cascade: cascade.id, build: was!.build, nvr: was!.nvr, component };
  turn.work('sidetag.pin', `${cascade.id}/${was!.build}`, order);
}

function ownOf(turn: Turn, cascade: CascadeRow): ReadonlySet<string> {
  const rows = turn.all('rebuilds').filter((row) => row.cascade === cascade.id);
  return new Set(rows.filter((row) => row.state !== 'skipped' && row.state !== 'unneeded').map((row) => row.component));
}

function note(turn: Turn, cascade: CascadeRow, seen: readonly SeenMove[]): void {
  const before = turn.find('baseMoves', cascade.id);
  const known = new Set(before?.moves.map((one) => one.nvr));
  const fresh = seen.filter((one) => !known.has(one.nvr));
  if (fresh.length === 0) return;
  const row: BaseMovesRow = {
    ...{ id: cascade.id, revision: before?.revision ?? 0, release: cascade.release },
    count: (before?.count ?? 0) + fresh.length,
    moves: [...(before?.moves ?? []), ...fresh].slice(-mostMoves),
  };
  turn.put('baseMoves', row);
}
