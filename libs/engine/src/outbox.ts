import { moment, toAppError, type AppError } from '@millrace/kernel';
import { listOf, type Database, type Parameter } from '@millrace/store';
import { keepDeadLetter } from './dead-letters';
import { engineTable } from './documents';
import { FreshEvents, type OutboxRow } from './fresh-events';
import { OutboxMarks } from './outbox-marks';

/** Where events go: JetStream, or a bus in memory for tests. */
export interface Publisher {
  /**
   * Publishes with the message id that lets the server drop doubles; answers the sequence in the stream. Throws
   * `unavailable` when it may work later; any other fault means that the server refuses this message for good.
   */
  publish(subject: string, id: string, bytes: Uint8Array): Promise<{ readonly seq: number }>;
  /** When this owner's stream was made, as the server says it; changes when the stream was lost and made again. */
  streamCreated(): Promise<string>;
  /** The message id at a sequence of this owner's stream; null when the stream does not hold it (any more). */
  idAt(seq: number): Promise<string | null>;
  /** The stream's first sequence that is still kept. */
  firstSeq(): Promise<number>;
}

const inFlight = 256;

/**
 * The relay: publishes what the outbox holds, in its order, and marks exactly the rows whose acknowledgement came. The
 * bus may forget what it acknowledged: {@link OutboxRelay.verify} finds that out and publishes again what is kept.
 */
export class OutboxRelay {
  private sending: Promise<void> | null = null;
  private again = false;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;
  private created = '';
  private readonly marks: OutboxMarks;
  private readonly fresh: FreshEvents;

  constructor(
    private readonly database: Database,
    private readonly app: string,
    private readonly publisher: Publisher,
    private readonly log: { failed(fault: AppError): void; resent(rows: number): void },
    private readonly now: () => number = Date.now,
  ) {
    this.fresh = new FreshEvents(database.kind === 'sqlite');
    this.marks = new OutboxMarks(
      database,
      this.table,
      () => moment(now()),
      (thrown) => log.failed(toAppError(thrown)),
    );
  }

  private get table(): string {
    return engineTable(this.app, 'outbox');
  }

  /** There may be rows to send. `committed`: those, right after their commit, and no others that it was not told of. */
  wake(committed?: readonly OutboxRow[]): void {
    if (this.stopped) return;
    if (committed) this.fresh.add(committed);
    else this.fresh.lose();
    this.again = true;
    this.sending ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.sending;
    await this.marks.flush().catch((thrown: unknown) => this.log.failed(toAppError(thrown)));
  }

  /** Rows that wait to be sent. */
  async waiting(): Promise<number> {
    const [row] = await this.database.reader.rows<{ n: number }>(
      `SELECT count(*) AS n FROM ${this.table} WHERE sent_at IS NULL`,
    );
    return Number(row!.n);
  }

  /**
   * Asks whether the bus still holds what it acknowledged last; if not, every kept row whose sequence no longer holds
   * its id is sent again, in outbox order. What the stream has aged out stays as it is. Answers how many rows.
   */
  async verify(): Promise<number> {
    await this.marks.flush();
    const created = await this.publisher.streamCreated();
    this.created = created;
    const reader = this.database.reader;
    const lost = await reader.rows<{ id: string }>(
      `SELECT id FROM ${this.table} WHERE sent_at IS NOT NULL AND stream_created <> $1 ORDER BY id`,
      [created],
    );
    const ids = lost.map(({ id }) => id);
    ids.push(...(await this.lostOf(created)));
    if (ids.length === 0) return 0;
    await this.unmark(ids);
    this.log.resent(ids.length);
    this.wake();
    return ids.length;
  }

  /**
   * Rows of today's stream that it does not hold any more: looked for from the newest until one is held, and wherever
   * two rows have one sequence (the stream lost its end, and counted on from there).
   */
  private async lostOf(created: string): Promise<string[]> {
    const first = await this.publisher.firstSeq();
    const rows = await this.database.reader.rows<{ id: string; stream_seq: number }>(
      `SELECT id, stream_seq FROM ${this.table} WHERE stream_created = $1 AND stream_seq >= $2 ORDER BY stream_seq DESC`,
      [created, first],
    );
    const lost: string[] = [];
    for (const row of rows) {
      if ((await this.publisher.idAt(Number(row.stream_seq))) === row.id) break;
      lost.push(row.id);
    }
    return [...new Set([...lost, ...(await this.overtaken(created, first))])];
  }

  private async overtaken(created: string, first: number): Promise<string[]> {
    const rows = await this.database.reader.rows<{ id: string; stream_seq: number }>(
      `SELECT id, stream_seq FROM ${this.table} WHERE stream_created = $1 AND stream_seq IN (SELECT stream_seq FROM ${this.table} WHERE stream_created = $2 AND stream_seq >= $3 GROUP BY stream_seq HAVING count(*) > 1)`,
      [created, created, first],
    );
    const held = new Map<number, string | null>();
    for (const seq of new Set(rows.map((row) => Number(row.stream_seq)))) {
      held.set(seq, await this.publisher.idAt(seq));
    }
    return rows.filter((row) => held.get(Number(row.stream_seq)) !== row.id).map(({ id }) => id);
  }

  private async unmark(ids: readonly string[]): Promise<void> {
    await this.database.transaction(async (tx) => {
      for (let i = 0; i < ids.length; i += 500) {
        const chunk = ids.slice(i, i + 500);
        const places = chunk.map((_, n) => `$${n + 1}`).join(', ');
        await tx.change(`UPDATE ${this.table} SET sent_at = NULL, stream_seq = NULL WHERE id IN (${places})`, chunk);
      }
    });
  }

  private async run(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      try {
        while (!this.stopped && (await this.sendSome()) === inFlight);
      } catch (thrown) {
        this.fresh.lose();
        this.log.failed(toAppError(thrown));
        this.arm();
      }
    }
    // In the same turn as the last look: a wake that comes now starts it again.
    this.sending = null;
  }

  private arm(): void {
    if (this.timer) clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.wake(), 500);
  }

  private async read(): Promise<readonly OutboxRow[]> {
    const { reader } = this.database;
    const parameters: Parameter[] = [];
    const sent = listOf(reader, this.marks.ids(), parameters);
    const besides = this.marks.ids().length === 0 ? '' : ` AND id NOT IN ${sent}`;
    this.fresh.looking();
    const rows = await reader.rows<OutboxRow>(
      `SELECT id, subject, doc FROM ${this.table} WHERE sent_at IS NULL${besides} ORDER BY id LIMIT ${inFlight}`,
      besides === '' ? [] : parameters,
    );
    this.fresh.looked(rows, rows.length < inFlight);
    return rows;
  }

  private async sendSome(): Promise<number> {
    const rows = this.fresh.take(inFlight) ?? (await this.read());
    if (rows.length === 0) return 0;
    if (this.created === '') this.created = await this.publisher.streamCreated();
    const { created } = this;
    const results = await Promise.allSettled(
      rows.map((row) => this.publisher.publish(row.subject, row.id, Buffer.from(row.doc))),
    );
    const held = results.flatMap((one, n) =>
      one.status === 'fulfilled' ? [{ id: rows[n]!.id, seq: one.value.seq, created }] : [],
    );
    await this.marks.add(held);
    const faults = results.map((one) => (one.status === 'rejected' ? toAppError(one.reason) : null));
    await this.buryRefused(rows, faults);
    const away = faults.find((fault) => fault?.kind === 'unavailable');
    if (away) throw away;
    return rows.length;
  }

  /** What the server refuses for good becomes a dead letter, and the others go on. */
  private async buryRefused(rows: readonly OutboxRow[], faults: readonly (AppError | null)[]): Promise<void> {
    const at = moment(this.now());
    const refused = faults.flatMap((fault, n) =>
      fault && fault.kind !== 'unavailable' ? [{ row: rows[n]!, fault }] : [],
    );
    if (refused.length === 0) return;
    await this.database.transaction(async (tx) => {
      for (const { row, fault } of refused) {
        await keepDeadLetter(tx, this.app, {
          id: row.id,
          origin: 'outbox',
          messageId: row.id,
          reason: fault.message,
          remedy: 'replay it when the bus takes messages of this kind again',
          attempts: 1,
          bytes: Buffer.from(row.doc),
          at,
        });
        await tx.change(`UPDATE ${this.table} SET sent_at = $1 WHERE id = $2`, [at, row.id]);
      }
    });
  }
}
