/** Which part of a list is told. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
}

export function paged<Item>(list: readonly Item[], { limit, offset }: Page): Item[] {
  return list.slice(offset, offset + limit);
}

/** The same where everything is told when no limit is given. */
export interface Part {
  readonly limit?: number | undefined;
  readonly offset: number;
}

export function partOf<Item>(list: readonly Item[], { limit = Infinity, offset }: Part): Item[] {
  return list.slice(offset, offset + limit);
}
