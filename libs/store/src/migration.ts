import type { Connection } from './connection';

/** One table as a migration freezes it: columns by type, and indexes by their columns. */
export interface FrozenTable {
  readonly columns: Readonly<Record<string, 'text' | 'integer' | 'bigint'>>;
  readonly indexes: readonly (readonly string[])[];
}

/**
 * A step of an app's schema. Released steps never change: they hold literal columns, not the live table specs, and a
 * test compares the sum of all steps with the specs.
 */
export interface Migration {
  /** UTC `YYYYMMDDhhmm`, growing. */
  readonly version: number;
  readonly name: string;
  /** New tables, by name without the app's prefix. */
  readonly tables: Readonly<Record<string, FrozenTable>>;
  /** Columns and indexes that known tables get; rows that were there before hold null until they are written again. */
  readonly widened?: Readonly<Record<string, FrozenTable>>;
  /** Tables that get an index of terms, by name without the app's prefix. */
  readonly terms?: readonly string[];
  /** Tables that get a narrow one beside them, by name without the app's prefix. */
  readonly aside?: readonly string[];
  /** Moves what is stored already; `name` adds the app's prefix to a table's name. */
  readonly move?: (connection: Connection, name: (table: string) => string) => Promise<void>;
  /** Tables that go, after all else. */
  readonly drops?: readonly string[];
}
