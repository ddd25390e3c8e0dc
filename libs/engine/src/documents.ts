import { tablePrefix, tuplesOf, type Connection, type Parameter } from '@millrace/store';
import { engineTables } from './engine-tables';

export type EngineTable = keyof typeof engineTables;

/** A row of one of the engine's tables: `doc` is JSON, the other columns are there to be searched. */
export interface DocumentRow {
  readonly id: string;
  readonly doc: unknown;
  /** The document as it is written, where that is known already. */
  readonly text?: string;
  readonly columns?: Readonly<Record<string, Parameter>>;
}

export function engineTable(app: string, table: EngineTable): string {
  return `${tablePrefix(app)}_${table}`;
}

/** Rows of a statement: engines bound the number of parameters. */
const mostRows = 200;

/** What becomes of a row whose id is there: it stays as it is, it is overwritten, or the transaction fails. */
export type WhenThere = 'keep' | 'replace' | 'fail';

/** One insert for any number of rows. */
export async function insertDocuments(
  tx: Connection,
  app: string,
  table: EngineTable,
  rows: readonly DocumentRow[],
  at: string,
  whenThere: WhenThere = 'keep',
): Promise<void> {
  const name = engineTable(app, table);
  const columns = Object.keys(engineTables[table].columns);
  const all = ['id', 'revision', 'updated_at', ...columns, 'doc'];
  const conflict =
    whenThere === 'replace'
      ? `DO UPDATE SET ${all
          .slice(1)
          .map((c) => `${c} = excluded.${c}`)
          .join(', ')}`
      : 'DO NOTHING';
  for (let i = 0; i < rows.length; i += mostRows) {
    const parameters: Parameter[] = [];
    const tuples = rows
      .slice(i, i + mostRows)
      .map((row) => [
        row.id,
        1,
        at,
        ...columns.map((c) => row.columns?.[c] ?? null),
        row.text ?? JSON.stringify(row.doc ?? null),
      ]);
    const sql = `INSERT INTO ${name} (${all.join(', ')}) ${tuplesOf(tuples, parameters)} ON CONFLICT (id) ${conflict}`;
    await tx.defer(sql, parameters, whenThere === 'fail' ? { name, rows: tuples.length } : undefined);
  }
}
