import type { Moment } from '@millrace/kernel';
import { givenRows, type Connection, type Database, type Parameter } from '@millrace/store';

/** An event that the bus has acknowledged. */
interface HeldEvent {
  readonly id: string;
  readonly seq: number;
  /** The stream that holds it, by when that was made. */
  readonly created: string;
}

/** Events that are marked at one time; after so many nobody waits for more. */
const mostMarks = 256;
/** Milliseconds that a mark waits for others. */
const gatherMs = 100;

/**
 * Marks of what was sent, many at a time: each of them takes the writer's turn. One that is lost with the process means
 * that its event is sent once more, which the bus and every inbox know.
 */
export class OutboxMarks {
  private waiting: HeldEvent[] = [];
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly table: string,
    private readonly now: () => Moment,
    private readonly failed: (thrown: unknown) => void,
  ) {}

  /** What is sent and not marked yet. */
  ids(): readonly string[] {
    return this.waiting.map((one) => one.id);
  }

  async add(held: readonly HeldEvent[]): Promise<void> {
    this.waiting.push(...held);
    if (this.waiting.length >= mostMarks) return this.flush();
    if (this.waiting.length > 0) this.timer ??= setTimeout(() => void this.flush().catch(this.failed), gatherMs);
  }

  /** Marks all that is sent. What cannot be marked now stays for the next time. */
  flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const done = this.writing.then(() => this.write());
    this.writing = done.catch(() => undefined);
    return done;
  }

  private async write(): Promise<void> {
    const marked = new Set(this.waiting);
    if (marked.size === 0) return;
    // A mark that a power cut takes back is one more publication, too.
    await this.database.lightTransaction((tx) => this.mark(tx, [...marked]));
    this.waiting = this.waiting.filter((one) => !marked.has(one));
  }

  private async mark(tx: Connection, held: readonly HeldEvent[]): Promise<void> {
    const parameters: Parameter[] = [this.now()];
    const rows = held.map(({ id, seq, created }) => [id, seq, created]);
    const types = { id: 'text', seq: 'bigint', created: 'text' } as const;
    const given = givenRows(['id', 'seq', 'created'], rows, parameters, types);
    await tx.defer(
      `UPDATE ${this.table} SET sent_at = $1, stream_seq = given.seq, stream_created = given.created FROM ${given} WHERE ${this.table}.id = given.id`,
      parameters,
    );
  }
}
