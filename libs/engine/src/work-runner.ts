import { AppError, moment, toAppError } from '@millrace/kernel';
import type { Connection, Database } from '@millrace/store';
import { engineTable } from './documents';
import type { Engine, Places } from './engine';
import type { Outcome, TypedInput, WorkKind } from './machine';
import type { Tables } from '@millrace/store';

interface WorkRow {
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly order: unknown;
  readonly attempts: number;
}

/** Rows that one look takes. */
const mostRows = 100;

interface Claimed<Input extends TypedInput> {
  readonly kind: WorkKind<unknown, unknown, Input>;
  readonly row: WorkRow;
}

export interface WorkLog {
  retry(kind: string, key: string, attempt: number, fault: AppError): void;
  unknown(kind: string): void;
}

/**
 * Performs the calls of the work lane. A row is leased before its call; the call is aborted before the lease ends; its
 * outcome comes back as an input in the same transaction that marks the row done. A call whose process died is made
 * again with the same key: kinds look before they act.
 */
export class WorkRunner<Input extends TypedInput> {
  private readonly running = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();
  /** Calls under way, and places that are taken for calls to come, by kind. */
  private readonly busy = new Map<string, number>();
  private readonly reserved = new Map<string, number>();
  /** Kinds of which rows wait for a place: what is ordered now waits behind them. */
  private readonly backlog = new Set<string>();
  private started = false;
  private readonly kinds: ReadonlyMap<string, WorkKind<unknown, unknown, Input>>;
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> | null = null;
  private again = false;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly engine: Engine<Tables, Input>,
    kinds: readonly WorkKind<never, unknown, Input>[],
    private readonly log: WorkLog,
    private readonly now: () => number = Date.now,
  ) {
    this.kinds = new Map(kinds.map((kind) => [kind.kind, kind as unknown as WorkKind<unknown, unknown, Input>]));
  }

  private get table(): string {
    return engineTable(this.engine.app, 'work');
  }

  /**
   * Starts; `alone`: no other process works on this database, so that leases of a dead predecessor are void at once.
   */
  async start(alone: boolean): Promise<void> {
    if (alone) {
      await this.database.transaction((tx) =>
        tx.change(`UPDATE ${this.table} SET state = 'waiting', lease_until = NULL WHERE state = 'running'`),
      );
    }
    const kinds = await this.database.reader.rows<{ kind: string }>(
      `SELECT DISTINCT kind FROM ${this.table} WHERE state <> 'done'`,
    );
    for (const { kind } of kinds) if (!this.kinds.has(kind)) this.log.unknown(kind);
    this.started = true;
    this.wake();
  }

  /** There may be something to do. */
  wake(): void {
    if (this.stopped) return;
    this.again = true;
    this.looking ??= this.lookLoop();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.looking;
    for (const { abort } of this.running.values()) abort.abort();
    await Promise.allSettled([...this.running.values()].map(({ done }) => done));
  }

  private async lookLoop(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      const started = await this.startDue().catch(() => 0);
      if (started > 0) this.again = true;
    }
    // In the same turn as the last look: a wake that comes now starts it again.
    this.looking = null;
    if (!this.stopped) await this.armTimer().catch(() => this.arm(1000));
  }

  private async startDue(): Promise<number> {
    const at = moment(this.now());
    const free = [...this.kinds.values()].filter((kind) => this.free(kind) > 0).map(({ kind }) => kind);
    if (free.length === 0) return 0;
    const places = free.map((_, n) => `$${n + 3}`).join(', ');
    const rows = await this.database.reader.rows<{ id: string; doc: string; kind: string; attempts: number }>(
      `SELECT id, doc, kind, attempts FROM ${this.table} WHERE ((state = 'waiting' AND due_at <= $1) OR (state = 'running' AND lease_until < $2)) AND kind IN (${places}) ORDER BY due_at, id LIMIT ${mostRows}`,
      [at, at, ...free],
    );
    const wanted: Claimed<Input>[] = [];
    for (const { id, doc, attempts } of rows) {
      const { kind, key, order } = JSON.parse(doc) as Omit<WorkRow, 'id' | 'attempts'>;
      const found = this.kinds.get(kind);
      const coming = wanted.filter((one) => one.kind === found).length;
      if (!found || this.running.has(id) || this.free(found) <= coming) continue;
      wanted.push({ kind: found, row: { id, kind, key, order, attempts: Number(attempts) + 1 } });
    }
    if (rows.length < mostRows) {
      for (const kind of free) {
        if (rows.filter((row) => row.kind === kind).every((row) => wanted.some((one) => one.row.id === row.id))) {
          this.backlog.delete(kind);
        }
      }
    }
    const claimed = await this.claim(wanted, at);
    if (this.stopped) return 0;
    for (const one of claimed) this.begin(one);
    return claimed.length;
  }

  /** The engine's places: what it orders is begun with its commit, without being looked for first. */
  get places(): Places {
    return {
      reserve: (name) => {
        const kind = this.kinds.get(name);
        if (!kind || !this.started || this.stopped || this.backlog.has(name)) return null;
        if (this.free(kind) <= 0) {
          this.backlog.add(name);
          return null;
        }
        this.reserved.set(name, (this.reserved.get(name) ?? 0) + 1);
        return leaseMs(kind);
      },
      giveBack: (name) => this.reserved.set(name, (this.reserved.get(name) ?? 1) - 1),
      begin: (calls) => {
        for (const row of calls) {
          this.reserved.set(row.kind, (this.reserved.get(row.kind) ?? 1) - 1);
          // Stopped meanwhile: the lease ends by itself.
          if (!this.stopped) this.begin({ kind: this.kinds.get(row.kind)!, row });
        }
      },
    };
  }

  private free(kind: WorkKind<unknown, unknown, Input>): number {
    return kind.concurrency - (this.busy.get(kind.kind) ?? 0) - (this.reserved.get(kind.kind) ?? 0);
  }

  /** Leases rows, all in one transaction; gives those that nobody else was faster with. */
  private async claim(wanted: readonly Claimed<Input>[], at: string): Promise<readonly Claimed<Input>[]> {
    if (wanted.length === 0) return [];
    const free = await this.database.transaction(async (tx) => {
      const places = wanted.map((_, n) => `$${n + 2}`).join(', ');
      const rows = await tx.rows<{ id: string }>(
        `SELECT id FROM ${this.table} WHERE (state = 'waiting' OR (state = 'running' AND lease_until < $1)) ` +
          `AND id IN (${places})${this.database.kind === 'postgres' ? ' FOR UPDATE SKIP LOCKED' : ''}`,
        [at, ...wanted.map((one) => one.row.id)],
      );
      const ids = new Set(rows.map(({ id }) => id));
      for (const kind of new Set(wanted.map((one) => one.kind))) {
        const own = wanted.filter((one) => one.kind === kind && ids.has(one.row.id)).map((one) => one.row.id);
        if (own.length > 0) await this.lease(tx, own, leaseMs(kind));
      }
      return ids;
    });
    return wanted.filter((one) => free.has(one.row.id));
  }

  private async lease(tx: Connection, ids: readonly string[], ms: number): Promise<void> {
    const places = ids.map((_, n) => `$${n + 2}`).join(', ');
    await tx.change(
      `UPDATE ${this.table} SET state = 'running', lease_until = $1, attempts = attempts + 1 WHERE id IN (${places})`,
      [moment(this.now() + ms), ...ids],
    );
  }

  private begin({ kind, row }: Claimed<Input>): void {
    const abort = new AbortController();
    const done = this.perform(kind, row, abort)
      // Its outcome could not be written: the call is made again when its lease is over.
      .catch((thrown: unknown) => this.log.retry(row.kind, row.key, row.attempts, toAppError(thrown)))
      .finally(() => {
        this.running.delete(row.id);
        this.busy.set(kind.kind, this.busy.get(kind.kind)! - 1);
        this.wake();
      });
    this.running.set(row.id, { abort, done });
    this.busy.set(kind.kind, (this.busy.get(kind.kind) ?? 0) + 1);
  }

  private async perform(kind: WorkKind<unknown, unknown, Input>, row: WorkRow, abort: AbortController): Promise<void> {
    const timeout = setTimeout(() => abort.abort(), kind.timeoutMs);
    let outcome: Outcome<unknown>;
    try {
      outcome = {
        ok: true,
        value: await kind.run(row.order, { key: row.key, attempt: row.attempts, signal: abort.signal }),
      };
    } catch (thrown) {
      const aborted = abort.signal.aborted && !(thrown instanceof AppError);
      const fault = aborted ? timedOut(row, kind.timeoutMs, thrown) : toAppError(thrown);
      if (this.stopped) return; // the lease ends by itself; the next process makes the call again
      if (fault.kind === 'unavailable' && row.attempts < kind.tries) return await this.postpone(row, fault);
      const { code, message, remedy } = fault;
      outcome = { ok: false, fault: { code, kind: fault.kind, message, ...(remedy === undefined ? {} : { remedy }) } };
    } finally {
      clearTimeout(timeout);
    }
    await this.report(kind, row, outcome);
  }

  private async postpone(row: WorkRow, fault: AppError): Promise<void> {
    this.log.retry(row.kind, row.key, row.attempts, fault);
    const due = moment(this.now() + backOffMs(row.attempts));
    await this.database.transaction((tx) =>
      tx.change(`UPDATE ${this.table} SET state = 'waiting', due_at = $1, lease_until = NULL WHERE id = $2`, [
        due,
        row.id,
      ]),
    );
  }

  private async report(
    kind: WorkKind<unknown, unknown, Input>,
    row: WorkRow,
    outcome: Outcome<unknown>,
  ): Promise<void> {
    const input = kind.toInput(row.order, outcome, row.key);
    const from = { table: 'work', id: row.id } as const;
    try {
      await this.engine.take(input, { id: row.id, source: 'work', who: this.engine.app, from });
    } catch (thrown) {
      if (!this.stopped) await this.postpone(row, toAppError(thrown));
    }
  }

  private async armTimer(): Promise<void> {
    const [next] = await this.database.reader.rows<{ due_at: string }>(
      `SELECT due_at FROM ${this.table} WHERE state = 'waiting' ORDER BY due_at LIMIT 1`,
    );
    this.arm(next ? Math.min(1000, Math.max(5, Date.parse(next.due_at) - this.now())) : 1000);
  }

  private arm(ms: number): void {
    if (this.timer) clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.wake(), ms);
  }
}

/** A lease outlives its call by five seconds: two calls of one row never overlap. */
function leaseMs({ timeoutMs }: { readonly timeoutMs: number }): number {
  return timeoutMs + 5000;
}

function timedOut({ kind, key }: WorkRow, ms: number, cause: unknown): AppError {
  return new AppError({
    code: 'call-timed-out',
    kind: 'unavailable',
    message: `'${kind}' for ${key} took longer than ${ms} ms`,
    remedy: 'it is tried again',
    cause,
  });
}

/** 0.2 s, doubling, at most a minute. */
export function backOffMs(attempt: number): number {
  return Math.min(60_000, 200 * 2 ** (attempt - 1));
}
