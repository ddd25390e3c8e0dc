import type { Row } from '@millrace/kernel';
import type { ColumnValue, Filter, Order, Range, Table, TableReader } from '@millrace/store';

/** Ids of the rows that have the same values in some columns; with an order, sorted by one column and then by id. */
interface Bucket {
  readonly ids: Set<string>;
  readonly sorted: { readonly value: ColumnValue; readonly id: string }[];
}

interface Index {
  readonly columns: readonly string[];
  readonly orderBy: string | null;
  readonly buckets: Map<string, Bucket>;
}

const separator = '\u0000';

/**
 * A table in memory that answers as the database does, and quickly: whatever columns are asked for, an index on them is
 * made at the first question and kept. Writing a row that was not read is an error, as in the database.
 */
export class IndexedTable<R extends Row> implements TableReader<R> {
  readonly rows = new Map<string, R>();
  private readonly indexes = new Map<string, Index>();

  constructor(private readonly spec: Table<R>) {}

  put(row: R): void {
    const old = this.rows.get(row.id);
    if ((old?.revision ?? 0) !== row.revision) throw new Error(`${this.spec.name} ${row.id} was written unread`);
    const next = { ...row, revision: row.revision + 1 };
    this.rows.set(row.id, next);
    for (const index of this.indexes.values()) this.move(index, old, next);
  }

  /** Every row as it comes back from a database. */
  reread(): void {
    for (const [id, row] of this.rows) this.rows.set(id, JSON.parse(JSON.stringify(row)) as R);
  }

  /** Takes these rows in the place of all that it has. */
  putBack(rows: ReadonlyMap<string, R>): void {
    this.rows.clear();
    this.indexes.clear();
    for (const [id, row] of rows) this.rows.set(id, row);
  }

  get(id: string): Promise<R | null> {
    return Promise.resolve(this.rows.get(id) ?? null);
  }

  getMany(ids: readonly string[]): Promise<R[]> {
    const found: R[] = [];
    for (const id of new Set(ids)) {
      const row = this.rows.get(id);
      if (row) found.push(row);
    }
    return Promise.resolve(found);
  }

  where(filter: Filter, order: Order = {}): Promise<R[]> {
    const descending = order.orderBy?.startsWith('-') ?? false;
    const orderBy = order.orderBy?.replace(/^-/, '') ?? null;
    const [equal, ranges] = partsOf(filter);
    const index = this.indexOn(Object.keys(equal).sort(), orderBy === 'id' ? null : orderBy);
    const buckets = keysOf(index.columns.map((column) => equal[column]!)).flatMap((key) => {
      const bucket = index.buckets.get(key);
      return bucket ? [bucket] : [];
    });
    const most = order.limit ?? Infinity;
    const isIn = (id: string): boolean => this.isWithin(this.rows.get(id)!, ranges);
    const found = index.orderBy === null ? byId(buckets, isIn, descending) : byValue(buckets, isIn, descending, most);
    return Promise.resolve(found.slice(0, most).map((id) => this.rows.get(id)!));
  }

  async count(filter: Filter): Promise<number> {
    return (await this.where(filter)).length;
  }

  async countTerms(terms: readonly string[], most: number): Promise<number> {
    const has = (row: R): boolean => this.spec.terms?.(row).some((term) => terms.includes(term)) ?? false;
    return Math.min(most, [...this.rows.values()].filter(has).length);
  }

  private isWithin(row: R, ranges: Readonly<Record<string, Range>>): boolean {
    return Object.entries(ranges).every(([column, { from, until }]) => {
      const value = this.valueOf(row, column);
      if (value === null) return false;
      return (from === undefined || value >= from) && (until === undefined || value <= until);
    });
  }

  private valueOf(row: R, column: string): ColumnValue {
    if (column === 'id') return row.id;
    const spec = this.spec.columns[column];
    if (!spec) throw new Error(`${this.spec.name} has no column ${column}`);
    return spec.of(row);
  }

  private indexOn(columns: readonly string[], orderBy: string | null): Index {
    const name = `${columns.join()} ${orderBy ?? ''}`;
    const known = this.indexes.get(name);
    if (known) return known;
    const index: Index = { columns, orderBy, buckets: new Map() };
    for (const row of this.rows.values()) this.enter(index, row);
    this.indexes.set(name, index);
    return index;
  }

  private move(index: Index, old: R | undefined, next: R): void {
    const stays =
      old !== undefined &&
      index.columns.every((column) => this.valueOf(old, column) === this.valueOf(next, column)) &&
      (index.orderBy === null || this.valueOf(old, index.orderBy) === this.valueOf(next, index.orderBy));
    if (stays) return;
    if (old) this.leave(index, old);
    this.enter(index, next);
  }

  private enter(index: Index, row: R): void {
    const key = this.keyOf(index, row);
    const bucket = index.buckets.get(key) ?? { ids: new Set(), sorted: [] };
    index.buckets.set(key, bucket);
    if (index.orderBy === null) bucket.ids.add(row.id);
    else {
      const one = { value: this.valueOf(row, index.orderBy), id: row.id };
      bucket.sorted.splice(placeOf(bucket.sorted, one), 0, one);
    }
  }

  private leave(index: Index, row: R): void {
    const key = this.keyOf(index, row);
    const bucket = index.buckets.get(key)!;
    if (index.orderBy === null) bucket.ids.delete(row.id);
    else bucket.sorted.splice(placeOf(bucket.sorted, { value: this.valueOf(row, index.orderBy), id: row.id }), 1);
    if (bucket.ids.size === 0 && bucket.sorted.length === 0) index.buckets.delete(key);
  }

  private keyOf(index: Index, row: R): string {
    let key = '';
    for (const column of index.columns) key += `${String(this.valueOf(row, column))}${separator}`;
    return key;
  }
}

type Wanted = ColumnValue | readonly ColumnValue[];

function partsOf(filter: Filter): [Readonly<Record<string, Wanted>>, Readonly<Record<string, Range>>] {
  const equal: Record<string, Wanted> = {};
  const ranges: Record<string, Range> = {};
  for (const [column, wanted] of Object.entries(filter)) {
    if (wanted === null || typeof wanted !== 'object' || Array.isArray(wanted)) equal[column] = wanted as Wanted;
    else ranges[column] = wanted as Range;
  }
  return [equal, ranges];
}

/** Every combination of the wanted values. */
function keysOf(wanted: readonly Wanted[]): readonly string[] {
  return wanted.reduce<readonly string[]>(
    (keys, one) => {
      const values = Array.isArray(one) ? [...new Set(one as readonly ColumnValue[])] : [one as ColumnValue];
      return keys.flatMap((key) => values.map((value) => `${key}${String(value)}${separator}`));
    },
    [''],
  );
}

function byId(buckets: readonly Bucket[], isIn: (id: string) => boolean, descending: boolean): string[] {
  const ids: string[] = [];
  for (const { ids: some } of buckets) for (const id of some) if (isIn(id)) ids.push(id);
  ids.sort();
  return descending ? ids.reverse() : ids;
}

/** The first of each bucket, and the first of all those. */
function byValue(
  buckets: readonly Bucket[],
  isIn: (id: string) => boolean,
  descending: boolean,
  most: number,
): string[] {
  const found = buckets.flatMap(({ sorted }) => {
    const some: Bucket['sorted'] = [];
    for (let n = 0; n < sorted.length && some.length < most; n++) {
      const one = sorted[descending ? sorted.length - 1 - n : n]!;
      if (isIn(one.id)) some.push(one);
    }
    return some;
  });
  found.sort((a, b) => (descending ? compare(b, a) : compare(a, b)));
  return found.map(({ id }) => id);
}

function placeOf(sorted: Bucket['sorted'], one: Bucket['sorted'][number]): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(sorted[middle]!, one) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** As the database sorts: nothing first, then by value, then by id. */
function compare(a: Bucket['sorted'][number], b: Bucket['sorted'][number]): number {
  if (a.value !== b.value) {
    if (a.value === null) return -1;
    if (b.value === null) return 1;
    return a.value < b.value ? -1 : 1;
  }
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
