import { moment } from '@millrace/kernel';
import type { Connection, Database } from '@millrace/store';
import { engineTable } from './documents';

/** Clocks of several machines may differ by this much, in milliseconds, without having been set. */
const tolerated = 60_000;
/** No pause after a fault is longer, in milliseconds. */
const longestPause = 600_000;

interface Row {
  readonly id: string;
  readonly due_at: string;
  readonly updated_at: string;
  readonly doc: string;
}

/**
 * The clock was ahead, and has been set right: what was put off meanwhile would wait until the time that it showed. Timers
 * and calls that were ordered in a time to come are due as long after now as they were meant to be after their order; calls
 * that pause after a fault go on. Gives how many were found.
 */
export async function pullBack(database: Database, app: string, nowMs: number): Promise<number> {
  if (!(await isAnyAhead(database, app, nowMs))) return 0;
  return database.transaction(async (tx) => {
    const timers = await pullTimers(tx, engineTable(app, 'deadline'), nowMs);
    return timers + (await pullCalls(tx, engineTable(app, 'work'), nowMs));
  });
}

/** Nothing is, as a rule: then nothing is written. */
async function isAnyAhead({ reader }: Database, app: string, nowMs: number): Promise<boolean> {
  const ahead = moment(nowMs + tolerated);
  const [timer] = await reader.rows(
    `SELECT id FROM ${engineTable(app, 'deadline')} WHERE due_at > $1 AND updated_at > $2 LIMIT 1`,
    [ahead, ahead],
  );
  if (timer) return true;
  const [call] = await reader.rows(
    `SELECT id FROM ${engineTable(app, 'work')} WHERE state = 'waiting' AND due_at > $1 ` +
      `AND (updated_at > $2 OR attempts > 0) LIMIT 1`,
    [ahead, ahead],
  );
  return call !== undefined;
}

async function pullTimers(tx: Connection, table: string, nowMs: number): Promise<number> {
  const ahead = moment(nowMs + tolerated);
  const rows = await tx.rows<Row>(
    `SELECT id, due_at, updated_at, doc FROM ${table} WHERE due_at > $1 AND updated_at > $2`,
    [ahead, ahead],
  );
  for (const row of rows) {
    const due = meant(row, nowMs);
    const doc = JSON.stringify({ ...(JSON.parse(row.doc) as object), at: due });
    await tx.change(`UPDATE ${table} SET due_at = $1, updated_at = $2, doc = $3 WHERE id = $4`, [
      ...[due, moment(nowMs), doc, row.id],
    ]);
  }
  return rows.length;
}

async function pullCalls(tx: Connection, table: string, nowMs: number): Promise<number> {
  const ahead = moment(nowMs + tolerated);
  const ordered = await tx.rows<Row>(
    `SELECT id, due_at, updated_at FROM ${table} WHERE state = 'waiting' AND due_at > $1 AND updated_at > $2`,
    [ahead, ahead],
  );
  for (const row of ordered) {
    await tx.change(`UPDATE ${table} SET due_at = $1, updated_at = $2 WHERE id = $3`, [
      ...[meant(row, nowMs), moment(nowMs), row.id],
    ]);
  }
  const paused = await tx.change(
    `UPDATE ${table} SET due_at = $1 WHERE state = 'waiting' AND attempts > 0 AND due_at > $2`,
    [moment(nowMs), moment(nowMs + longestPause)],
  );
  return ordered.length + paused;
}

/** As long after now as it was after its order. */
function meant({ due_at, updated_at }: Row, nowMs: number): string {
  return moment(nowMs + Math.max(0, Date.parse(due_at) - Date.parse(updated_at)));
}
