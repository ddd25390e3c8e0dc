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

/**
 * Rows to insert, after `INSERT INTO t (columns) `: the values of each in the order of the columns, of which the last
 * one is kept as JSON.
 */
export function tuplesOf(
  { dialect }: Pick<Connection, 'dialect'>,
  rows: readonly (readonly unknown[])[],
  parameters: Parameter[],
): string {
  const last = rows[0]!.length - 1;
  if (dialect === 'postgres') {
    const text = (value: unknown, n: number): Parameter => (n === last ? JSON.stringify(value) : (value as Parameter));
    const tuples = rows.map((row) => `(${row.map((value, n) => `$${parameters.push(text(value, n))}`).join(', ')})`);
    return `VALUES ${tuples.join(', ')}`;
  }
  const place = `$${parameters.push(JSON.stringify(rows))}`;
  const columns = rows[0]!.map((_, n) => `value ${n === last ? '->' : '->>'} ${n}`).join(', ');
  // `WHERE true`: else ON CONFLICT would be read as a condition of a join.
  return `SELECT ${columns} FROM json_each(${place}) WHERE true`;
}

/** Rows to join with, as `given` with the named columns: what `FROM` is followed by. Each value has the type of its column. */
export function givenRows(
  { dialect }: Pick<Connection, 'dialect'>,
  columns: Readonly<Record<string, 'text' | 'bigint'>>,
  rows: readonly (readonly Parameter[])[],
  parameters: Parameter[],
): string {
  const names = Object.keys(columns);
  if (dialect === 'sqlite') {
    const place = `$${parameters.push(JSON.stringify(rows))}`;
    const values = names.map((name, n) => `value ->> ${n} AS ${name}`).join(', ');
    return `(SELECT ${values} FROM json_each(${place})) AS given`;
  }
  const types = Object.values(columns);
  const tuples = rows.map(
    (row) => `(${row.map((value, n) => `CAST($${parameters.push(value)} AS ${types[n]})`).join(', ')})`,
  );
  return `(VALUES ${tuples.join(', ')}) AS given (${names.join(', ')})`;
}
