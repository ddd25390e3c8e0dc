import { awaitedTier } from './needs';
import type { RebuildRow } from './state';
import type { Turn } from './turn';
import { componentOfId } from './words';

/** Why a rebuild waits. `open`: needs of it that are not released. */
export function waitingWords(turn: Turn, rebuild: RebuildRow, open = rebuild.open): string {
  if (rebuild.held) return rebuild.because;
  if (open.length === 0) return gateWords(turn, rebuild) ?? 'it waits for the rest of the tiers below';
  const names = open.slice(0, 3).map(componentOfId).join(', ');
  return `it waits for ${names}${open.length > 3 ? ` and ${open.length - 3} more` : ''}`;
}

/** Why a rebuild waits of which every need is released; null: not for a gate. */
export function gateWords(turn: Turn, rebuild: RebuildRow): string | null {
  if (rebuild.held || rebuild.open.length > 0) return null;
  const tier = awaitedTier(turn.row('cascades', rebuild.cascade), rebuild);
  return tier === null ? null : `it waits for the gate of tier ${tier}`;
}
