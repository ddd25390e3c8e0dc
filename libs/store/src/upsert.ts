import type { Moment, Row } from '@millrace/kernel';
import { forgetAside, storedRevision, writeAside } from './aside';
import { abreast, givenRows, tuplesOf, type Connection, type Parameter } from './connection';
import type { Table } from './table';
import { insertTerms } from './terms';
import { patches, type Patch } from './patch';

/** Rows at one time in a statement: engines bound the number of parameters. */
const chunkRows = 200;

export interface ChangedRow {
  /** As it is written: its revision is one more than the one that was read. */
  readonly row: Row;
  /** As it was read; null when it is new, or when that is not known. */
  readonly before: Row | null;
}

/** Inserts new rows and updates known ones, each only when its revision is still the one that was read. */
export async function upsert(
  connection: Connection,
  name: string,
  table: Table<Row>,
  changed: readonly ChangedRow[],
  at: Moment,
): Promise<void> {
  if (table.terms)
    await insertTerms(
      connection,
      name,
      table,
      changed.map(({ row }) => row),
    );
  const { whole, patched, aside } = patches(connection.dialect, table, changed);
  const statements: Promise<void>[] = patched.map((patch) => applyPatch(connection, name, table, patch, at));
  statements.push(writeAside(connection, name, table, aside));
  for (let i = 0; i < whole.length; i += chunkRows) {
    statements.push(saveWhole(connection, name, table, whole.slice(i, i + chunkRows), at));
  }
  const rest = [...whole, ...patched.flatMap(({ rows }) => rows)];
  if (table.aside && rest.length > 0) statements.push(forgetAside(connection, name, rest));
  await abreast(statements);
}

async function saveWhole(
  connection: Connection,
  name: string,
  table: Table<Row>,
  rows: readonly Row[],
  at: Moment,
): Promise<void> {
  const columns = Object.keys(table.columns);
  const all = ['id', 'revision', 'updated_at', ...columns, 'doc'];
  const updates = all.slice(1).map((column) => `${column} = excluded.${column}`);
  const parameters: Parameter[] = [];
  const tuples = rows.map((row) => [
    row.id,
    row.revision,
    at,
    ...columns.map((c) => table.columns[c]!.of(row)),
    docOf(table, row),
  ]);
  const sql =
    `INSERT INTO ${name} (${all.join(', ')}) ${tuplesOf(tuples, parameters)} ` +
    `ON CONFLICT (id) DO UPDATE SET ${updates.join(', ')} WHERE ${storedRevision(name, table)} = excluded.revision - 1`;
  await connection.defer(sql, parameters, { name, rows: rows.length });
}

/** Changes rows where they lie: indexes of which no column changed stay as they are. */
async function applyPatch(
  connection: Connection,
  name: string,
  table: Table<Row>,
  { columns, keys, rows }: Patch,
  at: Moment,
): Promise<void> {
  const parameters: Parameter[] = [at];
  const values = rows.map((row) => [
    row.id,
    row.revision - 1,
    ...columns.map((column) => table.columns[column]!.of(row)),
    ...(keys === null ? [docOf(table, row)] : keys.map((key) => JSON.stringify((row as unknown as Members)[key]))),
  ]);
  const members = keys?.map((key, n) => `, '$.${key}', json(given.member${n})`).join('');
  const doc = members === undefined ? 'given.doc' : `json_set(${name}.doc${members})`;
  const changes = [...columns.map((column) => `${column} = given.${column}`), `doc = ${doc}`];
  const given = givenRows(
    ['id', 'revision', ...columns, ...(keys?.map((_, n) => `member${n}`) ?? ['doc'])],
    values,
    parameters,
  );
  const sql =
    `UPDATE ${name} SET revision = given.revision + 1, updated_at = $1, ${changes.join(', ')} ` +
    `FROM ${given} WHERE ${name}.id = given.id AND ${storedRevision(name, table)} = given.revision`;
  await connection.defer(sql, parameters, { name, rows: rows.length });
}

function docOf({ kept }: Table<Row>, row: Row): string {
  return JSON.stringify(kept ? kept.write(row) : row);
}

type Members = Readonly<Record<string, unknown>>;
