/** Which part of a list is told. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
}

export function paged<Item>(list: readonly Item[], { limit, offset }: Page): Item[] {
  return list.slice(offset, offset + limit);
}
