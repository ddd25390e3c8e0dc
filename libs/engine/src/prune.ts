import { moment } from '@millrace/kernel';
import type { Database } from '@millrace/store';
import { engineTable } from './documents';

const day = 86_400_000;

/** What is kept for how long. Inbox rows outlive outbox rows: a message that is sent again must still be known. */
export const retentionDays = { outbox: 7, inbox: 14, work: 14, journal: 90 } as const;

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
    const sql = `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE updated_at < $1${only} LIMIT 500)`;
    const touched = await database.transaction((tx) => tx.change(sql, [before]));
    gone += touched;
    if (touched < 500) return gone;
  }
}
