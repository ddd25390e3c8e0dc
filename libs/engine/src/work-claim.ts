import { AppError, moment } from '@millrace/kernel';
import { listOf, type Connection, type Database, type Parameter } from '@millrace/store';
import type { TypedInput, WorkKind } from './machine';

export interface WorkRow {
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly order: unknown;
  readonly attempts: number;
}

export interface Claimed<Input extends TypedInput> {
  readonly kind: WorkKind<unknown, unknown, Input>;
  readonly row: WorkRow;
}

/** Leases rows of `table`, all in one transaction; gives those that nobody else was faster with. */
export async function claimRows<Input extends TypedInput>(
  database: Database,
  table: string,
  wanted: readonly Claimed<Input>[],
  now: number,
): Promise<readonly Claimed<Input>[]> {
  if (wanted.length === 0) return [];
  const claim = async (tx: Connection): Promise<ReadonlySet<string>> => {
    const parameters: Parameter[] = [moment(now)];
    const list = listOf(
      tx,
      wanted.map((one) => one.row.id),
      parameters,
    );
    const rows = await tx.rows<{ id: string }>(
      `SELECT id FROM ${table} WHERE (state = 'waiting' OR (state = 'running' AND lease_until < $1)) ` +
        `AND id IN ${list}${database.kind === 'postgres' ? ' FOR UPDATE SKIP LOCKED' : ''}`,
      parameters,
    );
    const ids = new Set(rows.map(({ id }) => id));
    for (const kind of new Set(wanted.map((one) => one.kind))) {
      const own = wanted.filter((one) => one.kind === kind && ids.has(one.row.id)).map((one) => one.row.id);
      if (own.length > 0) await lease(tx, table, own, moment(now + leaseMs(kind)));
    }
    return ids;
  };
  // One process alone works on an SQLite file, and makes all leases void when it starts: no lease has to outlive a power cut.
  const free = await (database.kind === 'sqlite' ? database.lightTransaction(claim) : database.transaction(claim));
  return wanted.filter((one) => free.has(one.row.id));
}

async function lease(tx: Connection, table: string, ids: readonly string[], until: string): Promise<void> {
  const parameters: Parameter[] = [until];
  const list = listOf(tx, ids, parameters);
  await tx.defer(
    `UPDATE ${table} SET state = 'running', lease_until = $1, attempts = attempts + 1 WHERE id IN ${list}`,
    parameters,
  );
}

/** A lease outlives its call by five seconds: two calls of one row never overlap. */
export function leaseMs({ timeoutMs }: { readonly timeoutMs: number }): number {
  return timeoutMs + 5000;
}

export function timedOut({ kind, key }: WorkRow, ms: number, cause: unknown): AppError {
  return new AppError({
    code: 'call-timed-out',
    kind: 'unavailable',
    message: `'${kind}' for ${key} took longer than ${ms} ms`,
    remedy: 'it is tried again',
    cause,
  });
}

/** 0.2 s, doubling, at most a minute or what the kind says. */
export function backOffMs(attempt: number, longest = 60_000): number {
  return Math.min(longest, 200 * 2 ** (attempt - 1));
}
