import type { Row } from '@millrace/kernel';
import { givenRows, listOf, type Connection, type Parameter } from './connection';
import type { Table } from './table';

/** Rows of one statement. */
const mostRows = 500;

/** Where members are written that change in very many rows at a time ({@link Table.aside}). */
export function asideTable(name: string): string {
  return `${name}_aside`;
}

/** What a reader selects, and from where: with what was written aside since the row was written whole. */
export function selection(name: string, { aside }: Table<Row>): { readonly what: string; readonly joined: string } {
  if (!aside) return { what: 'id, doc, revision', joined: '' };
  return {
    what: 'id, doc, COALESCE(aside_revision, revision) AS revision, aside_doc',
    joined: ` LEFT JOIN ${asideTable(name)} ON row_id = id`,
  };
}

/** The revision of a stored row, as an expression. */
export function storedRevision(name: string, { aside }: Table<Row>): string {
  if (!aside) return `${name}.revision`;
  return `COALESCE((SELECT aside_revision FROM ${asideTable(name)} WHERE row_id = ${name}.id), ${name}.revision)`;
}

/** Writes the members aside, and nothing of the rows themselves. */
export async function writeAside(
  connection: Connection,
  name: string,
  table: Table<Row>,
  rows: readonly Row[],
): Promise<void> {
  for (let n = 0; n < rows.length; n += mostRows) {
    const some = rows.slice(n, n + mostRows);
    const parameters: Parameter[] = [];
    const values = some.map((row) => [row.id, row.revision - 1, docOf(table, row)]);
    const types = { id: 'text', revision: 'bigint', doc: 'text' } as const;
    const given = givenRows(['id', 'revision', 'doc'], values, parameters, types);
    const sql =
      `INSERT INTO ${asideTable(name)} (row_id, aside_revision, aside_doc) ` +
      `SELECT given.id, given.revision + 1, given.doc FROM ${given} JOIN ${name} ON ${name}.id = given.id ` +
      `WHERE ${storedRevision(name, table)} = given.revision ` +
      'ON CONFLICT (row_id) DO UPDATE SET aside_revision = excluded.aside_revision, aside_doc = excluded.aside_doc';
    await connection.defer(sql, parameters, { name, rows: some.length });
  }
}

/** These rows were written whole. */
export async function forgetAside(connection: Connection, name: string, rows: readonly Row[]): Promise<void> {
  const parameters: Parameter[] = [];
  const ids = listOf(
    connection,
    rows.map(({ id }) => id),
    parameters,
  );
  await connection.defer(`DELETE FROM ${asideTable(name)} WHERE row_id IN ${ids}`, parameters);
}

function docOf({ aside, asideHow }: Table<Row>, row: Row): string {
  if (asideHow) return JSON.stringify(asideHow.write(row));
  return JSON.stringify(Object.fromEntries(aside!.map((key) => [key, (row as unknown as Members)[key]])));
}

type Members = Readonly<Record<string, unknown>>;
