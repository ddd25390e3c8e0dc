import type { Row } from '@millrace/kernel';

export type ColumnValue = string | number | null;

export interface Column<R extends Row> {
  readonly type: 'text' | 'integer' | 'bigint';
  readonly of: (row: R) => ColumnValue;
}

/**
 * A table of rows: the row whole as JSON in `doc`, beside it `id`, `revision`, `updated_at` and the columns that are
 * searched. In the database it is called `<app>_<name>`.
 */
export interface Table<R extends Row = Row> {
  readonly name: string;
  readonly columns: Readonly<Record<string, Column<R>>>;
  /** Column names of each index. */
  readonly indexes: readonly (readonly string[])[];
  /**
   * Further texts that a row is found by, any number of them. They are written when the row is new and stay. Kept as
   * numbers ({@link termOf}) in `<app>_<name>_terms`: whoever searches by them looks again at what is found.
   */
  readonly terms?: (row: R) => readonly string[];
  /** Rows that are kept in memory between transactions, where this process is the only one that writes. */
  readonly remembered?: number;
  /** The document of a row, where it is not the row as it is: `read` understands all that was ever written. */
  readonly kept?: Kept<R>;
  /**
   * Members that change in very many rows at a time, and of which no column is made. Then only they are written, into a
   * narrow table beside this one, until the row is written for another reason.
   */
  readonly aside?: readonly string[];
  readonly asideHow?: AsideHow<R>;
}

export interface Kept<R extends Row> {
  readonly write: (row: R) => object;
  readonly read: (doc: object) => Row;
}

export interface AsideHow<R extends Row> {
  /** The members as they are written, which {@link Table.kept} reads with the rest. */
  readonly write: (row: R) => object;
  /** Columns that the members have a part in: no other changes when only they do. */
  readonly columns: readonly string[];
}

export function table<R extends Row>(
  name: string,
  columns: Readonly<Record<string, Column<R>>> = {},
  indexes: readonly (readonly string[])[] = [],
  terms?: (row: R) => readonly string[],
): Table<R> {
  return { name, columns, indexes, ...(terms ? { terms } : {}) };
}

/** The same table, of which about so many rows are kept in memory between transactions ({@link Table.remembered}). */
export function remembered<R extends Row>(most: number, of: Table<R>): Table<R> {
  return { ...of, remembered: most };
}

/** The same table, whose rows are written in another form ({@link Table.kept}). */
export function keptAs<R extends Row>(kept: Kept<R>, of: Table<R>): Table<R> {
  return { ...of, kept };
}

/** The same table, of which these members are written aside when they change in many rows ({@link Table.aside}). */
export function aside<R extends Row>(
  members: readonly (keyof R & string)[],
  of: Table<R>,
  how?: AsideHow<R>,
): Table<R> {
  return { ...of, aside: members, ...(how ? { asideHow: how } : {}) };
}

export function text<R extends Row>(of: (row: R) => string | null): Column<R> {
  return { type: 'text', of };
}

export function integer<R extends Row>(of: (row: R) => number | null): Column<R> {
  return { type: 'integer', of };
}

/** Whole numbers beyond 2^31. */
export function bigint<R extends Row>(of: (row: R) => number | null): Column<R> {
  return { type: 'bigint', of };
}

export type Tables = Readonly<Record<string, Table<never>>>;
export type RowOf<T> = T extends Table<infer R> ? R : never;

/** Both ends included. */
export interface Range {
  readonly from?: string | number | undefined;
  readonly until?: string | number | undefined;
}

export type Filter = Readonly<Record<string, ColumnValue | readonly ColumnValue[] | Range>>;

export interface Order {
  /** A column, or `updated_at` or `id`; `-` in front: descending. */
  readonly orderBy?: string;
  readonly limit?: number;
  /** Of each list the row must have one term at least; rows are found by the first, which should be the rarest. */
  readonly terms?: readonly (readonly string[])[];
  /** Rows are walked in their order, and the terms of each looked at: for terms that very many rows have. */
  readonly walk?: boolean;
}

/** Reads one table. Inside a decision's transaction it sees what the batch has decided so far. */
export interface TableReader<R extends Row> {
  get(id: string): Promise<R | null>;
  getMany(ids: readonly string[]): Promise<R[]>;
  where(filter: Filter, order?: Order): Promise<R[]>;
  count(filter: Filter): Promise<number>;
  /** How many rows have one of these terms; stops counting at `most`. */
  countTerms(terms: readonly string[], most: number): Promise<number>;
}

export type Readers<T extends Tables> = { readonly [K in keyof T]: TableReader<RowOf<T[K]>> };
/** What a machine's `load` returns: the rows that an input touches. */
export type Slice<T extends Tables> = { readonly [K in keyof T]: ReadonlyMap<string, RowOf<T[K]>> };

/** A map by id, for slices. */
export function byId<R extends Row>(...rows: readonly (R | null | undefined | readonly R[])[]): ReadonlyMap<string, R> {
  const all = new Map<string, R>();
  for (const some of rows) {
    if (isList(some)) for (const row of some) all.set(row.id, row);
    else if (some) all.set(some.id, some);
  }
  return all;
}

function isList<R extends Row>(some: R | null | undefined | readonly R[]): some is readonly R[] {
  return Array.isArray(some);
}
