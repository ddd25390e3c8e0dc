/** One table as a migration freezes it: columns by type, and indexes by their columns. */
export interface FrozenTable {
  readonly columns: Readonly<Record<string, 'text' | 'integer'>>;
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
}
