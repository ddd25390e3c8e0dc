/** Values that both engines bind alike. */
export type Parameter = string | number | null;

export type Dialect = 'sqlite' | 'postgres';

/** A connection inside a transaction, or a reading one. Placeholders are `$1`, `$2`, … in the order of their first use. */
export interface Connection {
  readonly dialect: Dialect;
  rows<Result extends object>(sql: string, parameters?: readonly Parameter[]): Promise<Result[]>;
  /** Runs a change; answers how many rows it touched. */
  change(sql: string, parameters?: readonly Parameter[]): Promise<number>;
  /**
   * A change whose answer nobody waits for: made before anything that is asked for later, at the latest with the commit
   * (SQLite: all of them as one script). `wanted`: it must touch so many rows, or the transaction fails.
   */
  defer(sql: string, parameters?: readonly Parameter[], wanted?: Wanted): Promise<void>;
}

/** Rows of a table that a change must touch: fewer, and somebody else was faster (`revision-conflict`). */
export interface Wanted {
  readonly name: string;
  readonly rows: number;
}

/**
 * Statements of one transaction that do not depend on one another travel at one time. All have ended when this does;
 * the first fault is thrown.
 */
export async function abreast(statements: readonly Promise<unknown>[]): Promise<void> {
  const ends = await Promise.allSettled(statements);
  const failed = ends.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}

/**
 * A list in a condition, `id IN <list>`. For SQLite the text of the statement is the same however long the list is, so
 * that it stays prepared.
 */
export function listOf(
  { dialect }: Pick<Connection, 'dialect'>,
  values: readonly (string | number)[],
  parameters: Parameter[],
): string {
  if (dialect === 'sqlite') return `(SELECT value FROM json_each($${parameters.push(JSON.stringify(values))}))`;
  return `(${values.map((value) => `$${parameters.push(value)}`).join(', ')})`;
}

/** Rows to insert, after `INSERT INTO t (columns) `: the values of each in the order of the columns. */
export function tuplesOf(rows: readonly (readonly Parameter[])[], parameters: Parameter[]): string {
  const tuples = rows.map((row) => `(${row.map((value) => `$${parameters.push(value)}`).join(', ')})`);
  return `VALUES ${tuples.join(', ')}`;
}

/**
 * Rows to join with, as `given` with the named columns: what `FROM` is followed by. PostgreSQL must be told the types of
 * columns that are neither compared with others nor stored.
 */
export function givenRows(
  columns: readonly string[],
  rows: readonly (readonly Parameter[])[],
  parameters: Parameter[],
  types: Readonly<Record<string, 'text' | 'bigint'>> = {},
): string {
  const names = columns.map((column, n) => {
    const type = types[column];
    return `${type ? `CAST(column${n + 1} AS ${type})` : `column${n + 1}`} AS ${column}`;
  });
  return `(SELECT ${names.join(', ')} FROM (${tuplesOf(rows, parameters)}) AS listed) AS given`;
}
