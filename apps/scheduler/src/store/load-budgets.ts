import { byId, type Readers } from '@millrace/store';
import type { State } from '../domain/state';
import type { SchedulerTables } from './tables';

/** Cascades of a release that its budgets count; older ones are out of every budget's time in practice. */
const mostCascades = 1000;

/** A slice with the cascades that count in the budgets of their release, where it has some. */
export async function withSpenders(
  read: Readers<SchedulerTables>,
  release: string,
  part: Partial<State>,
): Promise<Partial<State>> {
  const row = await read.releases.get(release);
  const { release: all, senders = [] } = row?.definition.budgets ?? {};
  if (!all && senders.length === 0) return part;
  const cascades = await read.cascades.where({ release }, { orderBy: '-started_at', limit: mostCascades });
  return { ...part, cascades: byId(cascades, [...(part.cascades?.values() ?? [])]) };
}
