import { AppError } from '@millrace/kernel';
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

/** A page that begins where the text says, and the text of the next one; null: there is none. */
export async function pageFrom(read: Read, filter: Filter, after: string | undefined, limit: number) {
  if (limit === 0) return { rows: [], next: null };
  // One more tells whether there is another page.
  const found = await rebuildPage(read, filter, placeIn(after), limit + 1);
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, next: found.length > limit && last ? `${last.tier}:${last.id}` : null };
}

function placeIn(text: string | undefined): Place | null {
  if (text === undefined) return null;
  const [, tier, id] = /^(\d{1,6}):(.+)$/.exec(text) ?? [];
  if (tier !== undefined && id !== undefined) return { tier: Number(tier), id };
  throw new AppError({
    code: 'page-malformed',
    kind: 'invalid',
    message: `'${text}' is no place where a page begins`,
    remedy: 'give `next` of the page before, or nothing for the first one',
  });
}
