import { AppError, moment, toAppError } from '@millrace/kernel';
import { listOf, type Database, type Parameter } from '@millrace/store';
import { engineTable } from './documents';
import type { Engine } from './engine';
import type { Outcome, TypedInput, WorkKind } from './machine';
import type { Tables } from '@millrace/store';
import { backOffMs, claimRows, timedOut, type Claimed, type WorkRow } from './work-claim';
import { WorkPlaces } from './work-places';

/** Rows that one look takes. */
const mostRows = 100;

interface StoredWork {
  readonly id: string;
  readonly doc: string;
  readonly kind: string;
  readonly attempts: number;
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
  /** For the engine: what it orders is begun with its commit, without being looked for first. */
  readonly places: WorkPlaces<Input>;
  private readonly kinds: ReadonlyMap<string, WorkKind<unknown, unknown, Input>>;
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> | null = null;
  private again = false;
  private stopped = false;
  private leasesLookedAt = 0;

  constructor(
    private readonly database: Database,
    private readonly engine: Engine<Tables, Input>,
    kinds: readonly WorkKind<never, unknown, Input>[],
    private readonly log: WorkLog,
    private readonly now: () => number = Date.now,
  ) {
    this.kinds = new Map(kinds.map((kind) => [kind.kind, kind as unknown as WorkKind<unknown, unknown, Input>]));
    this.places = new WorkPlaces(this.kinds, (row) => this.begin({ kind: this.kinds.get(row.kind)!, row }));
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
    this.places.opens();
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
    this.places.closes();
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
    const free = [...this.kinds.values()].filter((kind) => this.places.free(kind) > 0).map(({ kind }) => kind);
    if (free.length === 0) return 0;
    const rows = await this.dueRows(free);
    const wanted: Claimed<Input>[] = [];
    for (const { id, doc, attempts } of rows) {
      const { kind, key, order } = JSON.parse(doc) as Omit<WorkRow, 'id' | 'attempts'>;
      const found = this.kinds.get(kind);
      const coming = wanted.filter((one) => one.kind === found).length;
      if (!found || this.running.has(id) || this.places.free(found) <= coming) continue;
      wanted.push({ kind: found, row: { id, kind, key, order, attempts: Number(attempts) + 1 } });
    }
    for (const kind of free) {
      const taken = rows.filter((row) => row.kind === kind).every((row) => wanted.some((one) => one.row.id === row.id));
      if (rows.length < mostRows && taken) this.places.caughtUp(kind);
      else this.places.fellBehind(kind);
    }
    const claimed = await claimRows(this.database, this.table, wanted, this.now());
    if (this.stopped) return 0;
    for (const one of claimed) this.begin(one);
    return claimed.length;
  }

  /** Rows that are due. Those whose lease is over are looked for once a second: there are none but after a crash. */
  private async dueRows(kinds: readonly string[]): Promise<readonly StoredWork[]> {
    const { reader } = this.database;
    const now = this.now();
    const parameters: Parameter[] = [moment(now), moment(now)];
    const leases = Math.abs(now - this.leasesLookedAt) >= 1000;
    if (leases) this.leasesLookedAt = now;
    else parameters.pop();
    const due = `(state = 'waiting' AND due_at <= $1)${leases ? ` OR (state = 'running' AND lease_until < $2)` : ''}`;
    const list = listOf(reader, kinds, parameters);
    return reader.rows<StoredWork>(
      `SELECT id, doc, kind, attempts FROM ${this.table} WHERE (${due}) AND kind IN ${list} ORDER BY due_at, id LIMIT ${mostRows}`,
      parameters,
    );
  }

  private begin({ kind, row }: Claimed<Input>): void {
    const abort = new AbortController();
    const done = this.perform(kind, row, abort)
      // Its outcome could not be written: the call is made again when its lease is over.
      .catch((thrown: unknown) => this.log.retry(row.kind, row.key, row.attempts, toAppError(thrown)))
      .finally(() => {
        this.running.delete(row.id);
        this.places.left(kind.kind);
        if (this.places.isBehind(kind.kind)) this.wake();
      });
    this.running.set(row.id, { abort, done });
    this.places.taken(kind.kind);
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
      if (fault.kind === 'unavailable' && row.attempts < kind.tries) return await this.postpone(kind, row, fault);
      const { code, message, remedy } = fault;
      outcome = { ok: false, fault: { code, kind: fault.kind, message, ...(remedy === undefined ? {} : { remedy }) } };
    } finally {
      clearTimeout(timeout);
    }
    await this.report(kind, row, outcome);
  }

  private async postpone(
    { longestPauseMs }: WorkKind<unknown, unknown, Input>,
    row: WorkRow,
    fault: AppError,
  ): Promise<void> {
    this.log.retry(row.kind, row.key, row.attempts, fault);
    const due = moment(this.now() + backOffMs(row.attempts, longestPauseMs));
    await this.database.transaction((tx) =>
      tx.change(`UPDATE ${this.table} SET state = 'waiting', due_at = $1, lease_until = NULL WHERE id = $2`, [
        due,
        row.id,
      ]),
    );
    this.wake();
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
      if (!this.stopped) await this.postpone(kind, row, toAppError(thrown));
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
