import type { SourceRef } from '@millrace/contracts';
import { advance, unstall } from './advance';
import { unbuilt } from './plan-rows';
import { move } from './transitions';
import type { Turn } from './turn';

/** Builds what failed or was rejected once more, as another attempt, from a newer source when there is one. */
export function retry(turn: Turn, id: string, source: SourceRef | null, why: string, by = 'scheduler'): void {
  const rebuild = turn.row('rebuilds', id);
  const because = `it is built again: ${why}`;
  const row = move(turn, rebuild, 'waiting', {
    ...unbuilt,
    because,
    source: source ?? rebuild.source,
    insisted: by !== 'scheduler',
    attempt: rebuild.attempt + 1,
    breakdowns: 0,
    notBefore: null,
    endedAt: null,
  });
  unstall(turn, row.cascade, `${row.component}: ${because}`, by);
  advance(turn, id);
}
