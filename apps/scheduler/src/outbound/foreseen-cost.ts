import type { ComponentId } from '@millrace/kernel';
import { costOf, type Cost } from '../domain/budgets/costs';
import { barOf } from '../domain/policy';
import type { ReleaseRow } from '../domain/state';
import type { Outside } from './outside';

/** What rebuilds are foreseen to take of builders, and of disk where a budget of the release counts that. */
export async function foreseenCost(
  read: Outside['read'],
  { id, definition }: ReleaseRow,
  rebuilds: readonly { readonly component: ComponentId; readonly expected: number }[],
): Promise<Cost> {
  const built = rebuilds.filter(({ component }) => (barOf(definition, component)?.policy ?? 'manual') === 'manual');
  const { cascade, release, senders = [] } = definition.budgets ?? {};
  const countsDisk = [cascade, release, ...senders].some((one) => one?.disk !== undefined);
  const rows = countsDisk ? await read.durations.where({ release: id }) : [];
  const sizes = new Map(rows.map((row) => [row.component, row.bytes ?? null]));
  return costOf(built.map(({ component, expected }) => ({ expected, bytes: sizes.get(component) ?? null })));
}
