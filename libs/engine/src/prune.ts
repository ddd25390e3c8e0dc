import { moment } from '@millrace/kernel';
import type { Database } from '@millrace/store';
import { engineTable } from './documents';

const day = 86_400_000;
const slice = 500;

/** What is kept for how long. Inbox rows outlive outbox rows: a message that is sent again must still be known. */
const retentionDays = { outbox: 7, inbox: 14, work: 14, journal: 90 } as const;

/** Deletes what is over its time, in slices, so that no writer waits long. Answers how many rows went. */
export async function prune(database: Database, app: string, now: number): Promise<number> {
  let gone = 0;
  for (const [table, days] of Object.entries(retentionDays) as [keyof typeof retentionDays, number][]) {
    gone += await pruneTable(database, engineTable(app, table), table, moment(now - days * day));
  }
  return gone;
}

async function pruneTable(
  database: Database,
  table: string,
  kind: keyof typeof retentionDays,
  before: string,
): Promise<number> {
  const only = kind === 'outbox' ? ' AND sent_at IS NOT NULL' : kind === 'work' ? " AND state = 'done'" : '';
  let gone = 0;
  for (;;) {
    // Looked for by the reader: the writer is held only as long as it deletes.
    const old = await database.reader.rows<{ id: string }>(
      `SELECT id FROM ${table} WHERE updated_at < $1${only} LIMIT ${slice}`,
      [before],
    );
    if (old.length === 0) return gone;
    const places = old.map((_, n) => `$${n + 1}`).join(', ');
    const sql = `DELETE FROM ${table} WHERE id IN (${places})${only}`;
    gone += await database.transaction((tx) =>
      tx.change(
        sql,
        old.map(({ id }) => id),
      ),
    );
    if (old.length < slice) return gone;
  }
}
