import type { Filter, TableReader } from '@millrace/store';
import type { RebuildRow } from '../domain/state';

type Read = { readonly rebuilds: TableReader<RebuildRow> };

/** Where a page begins: after this rebuild. */
export interface Place {
  readonly tier: number;
  readonly id: string;
}

/** Rebuilds of a cascade by tier and id, from a place on; an index holds them in that order. */
export async function rebuildPage(
  { rebuilds }: Read,
  filter: Filter,
  after: Place | null,
  limit: number,
): Promise<readonly RebuildRow[]> {
  if (after === null) return rebuilds.where(filter, { orderBy: 'tier', limit });
  const { tier, id } = after;
  // One more than wanted: the range holds the row itself, too.
  const same = await rebuilds.where({ ...filter, tier, id: { from: id } }, { orderBy: 'id', limit: limit + 1 });
  const rows = same.filter((row) => row.id !== id).slice(0, limit);
  if (rows.length === limit || 'tier' in filter) return rows;
  const rest = { orderBy: 'tier', limit: limit - rows.length };
  return [...rows, ...(await rebuilds.where({ ...filter, tier: { from: tier + 1 } }, rest))];
}

export function placeOf({ tier, id }: RebuildRow): Place {
  return { tier, id };
}
