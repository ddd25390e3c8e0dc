import type { Database } from '@millrace/store';
import { engineTable } from './documents';

/** Has an input with this source and id been claimed in the inbox? */
export async function inputKnown(
  database: Database,
  app: string,
  { source, id }: { readonly source: string; readonly id: string },
): Promise<boolean> {
  const rows = await database.reader.rows(`SELECT id FROM ${engineTable(app, 'inbox')} WHERE id = $1`, [
    `${source}|${id}`,
  ]);
  return rows.length > 0;
}

/** Was a message of the bus buried, whatever became of its dead letter? */
export async function deadLetterKnown(
  database: Database,
  app: string,
  { stream, sequence }: { readonly stream: string; readonly sequence: number },
): Promise<boolean> {
  // Its id begins with these; `/` comes right after `.`.
  const rows = await database.reader.rows(
    `SELECT id FROM ${engineTable(app, 'dead_letter')} WHERE id > $1 AND id < $2 LIMIT 1`,
    [`${stream}.${sequence}.`, `${stream}.${sequence}/`],
  );
  return rows.length > 0;
}
