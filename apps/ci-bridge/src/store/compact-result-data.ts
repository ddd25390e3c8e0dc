import { termOf, termsTable, type Connection } from '@millrace/store';
import type { ResultRow } from '../domain/state';

const slice = 500;

/** Makes the terms of results that were stored before there were any. What it writes never changes: it is released. */
export async function compactResultData(connection: Connection, name: (table: string) => string): Promise<void> {
  const [results, terms] = [name('results'), termsTable(name('results'))];
  for (let after = ''; ;) {
    const rows = await connection.rows<{ id: string; doc: string }>(
      `SELECT id, doc FROM ${results} WHERE id > $1 ORDER BY id LIMIT ${slice}`,
      [after],
    );
    for (const { id, doc } of rows) {
      const { data, groups } = JSON.parse(doc) as Pick<ResultRow, 'data' | 'groups'>;
      for (const text of textsOf(data, groups)) {
        const insert = `INSERT INTO ${terms} (term, row_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`;
        await connection.change(insert, [termOf(text), id]);
      }
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

function textsOf(data: ResultRow['data'], groups: readonly string[]): readonly string[] {
  return [
    ...Object.entries(data).flatMap(([key, values]) => values.map((value) => `${key}\n${value}`)),
    ...groups.map((uuid) => `:group\n${uuid}`),
  ];
}
