import { isRefusal, refuse, type Refusal } from '@millrace/kernel';
import { aliveCascade } from '../cascade-members';
import { liveOf } from '../live';
import type { CascadeRow } from '../state';
import type { Turn } from '../turn';
import type { ActScope } from './act-input';
import { tierUnknown } from './act-words';

/** Things that one request is about at most: each is decided by itself. */
export const mostActs = 2000;

/** The cascade that is named, or those of the release that run. */
export function cascadesOf(turn: Turn, { cascade, tier }: ActScope): Refusal | readonly CascadeRow[] {
  if (cascade !== null) {
    const row = aliveCascade(turn, cascade);
    if (isRefusal(row)) return row;
    return tier !== null && tier >= row.tiers ? tierUnknown(row, tier) : [row];
  }
  const release = turn.row('releases', turn.release!);
  const live = liveOf(release).map((id) => turn.row('cascades', id));
  if (live.length > 0) return live;
  const remedy = `look at \`millrace cascade list --release ${release.id}\``;
  return refuse('nothing-runs', `no cascade of release ${release.id} runs`, remedy, 'conflict');
}
