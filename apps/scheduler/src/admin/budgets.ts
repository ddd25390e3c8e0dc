import type { Moment } from '@millrace/kernel';
import type { TableReader } from '@millrace/store';
import { explainBudgets, explainSlots } from '../domain/budgets/explain-budgets';
import { capacityId } from '../domain/capacity';
import { systemOf } from '../domain/policy';
import type { CascadeRow, RebuildRow, Rows } from '../domain/state';

type Read = { readonly [K in 'releases' | 'cascades' | 'capacity']: TableReader<Rows[K]> };

/** Cascades that budgets count. */
const mostCascades = 1000;

/** What budgets and quiet hours have to do with a cascade, or with a rebuild of it that is ready. */
export async function budgetLines(
  read: Read,
  cascade: CascadeRow,
  rebuild: RebuildRow | null,
  at: Moment,
): Promise<string[]> {
  const release = await read.releases.get(cascade.release);
  if (!release?.definition.budgets) return [];
  const { definition } = release;
  if (rebuild) {
    if (rebuild.state !== 'ready') return [];
    const system = systemOf(definition, rebuild.component);
    const limits = system === null ? null : await read.capacity.get(capacityId(system));
    return explainSlots(definition, cascade, rebuild.component, limits ?? { limit: 0 }, at);
  }
  const cascades = await read.cascades.where({ release: release.id }, { orderBy: '-started_at', limit: mostCascades });
  return explainBudgets(definition, cascade, cascades, at);
}
