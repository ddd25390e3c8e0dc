import { AppError, type Moment, type Row } from '@millrace/kernel';
import type { Connection, Parameter } from './database';
import type { Table } from './table';
import { insertTerms } from './terms';

/** Rows at one time in a statement: engines bound the number of parameters. */
const chunkRows = 200;

/** Inserts new rows and updates known ones, each only when its revision is still the one that was read. */
export async function upsert(
  connection: Connection,
  name: string,
  table: Table<Row>,
  rows: readonly Row[],
  at: Moment,
): Promise<void> {
  if (table.terms) await insertTerms(connection, name, table, rows);
  const columns = Object.keys(table.columns);
  const all = ['id', 'revision', 'updated_at', ...columns, 'doc'];
  const updates = all.slice(1).map((column) => `${column} = excluded.${column}`);
  for (let i = 0; i < rows.length; i += chunkRows) {
    const chunk = rows.slice(i, i + chunkRows);
    const parameters: Parameter[] = [];
    const tuples = chunk.map((row) => {
      const next = { ...row, revision: row.revision + 1 };
      const values = [
        row.id,
        next.revision,
        at,
        ...columns.map((c) => table.columns[c]!.of(row)),
        JSON.stringify(next),
      ];
      return `(${values.map((value) => `$${parameters.push(value)}`).join(', ')})`;
    });
    const sql =
      `INSERT INTO ${name} (${all.join(', ')}) VALUES ${tuples.join(', ')} ` +
      `ON CONFLICT (id) DO UPDATE SET ${updates.join(', ')} WHERE ${name}.revision = excluded.revision - 1`;
    const touched = await connection.change(sql, parameters);
    if (touched === chunk.length) continue;
    throw new AppError({
      code: 'revision-conflict',
      kind: 'conflict',
      message: `${chunk.length - touched} of ${chunk.length} rows of ${name} were changed by somebody else meanwhile`,
      remedy: 'it is decided again on the newer state',
    });
  }
}
