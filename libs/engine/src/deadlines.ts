import { moment } from '@millrace/kernel';
import type { Connection, Database, Tables } from '@millrace/store';
import { engineTable } from './documents';
import type { Engine } from './engine';
import type { TypedInput } from './machine';

/**
 * Fires timers. After a start, an outage of the bus or a jump of the clock by over a minute they wait until `caughtUp`
 * says that what was pending has been read (at most ten minutes): an outage makes no storm of false overdues.
 */
export class Deadlines<Input extends TypedInput> {
  private timer: NodeJS.Timeout | null = null;
  private firing: Promise<void> | null = null;
  private stopped = false;
  private held: Promise<void>;
  private lastLook: number;

  constructor(
    private readonly database: Database,
    private readonly engine: Engine<Tables, Input>,
    private readonly caughtUp: () => Promise<void>,
    private readonly now: () => number = Date.now,
  ) {
    this.lastLook = now();
    this.held = this.wait();
  }

  start(): void {
    this.wake();
  }

  /** Timers were set or cleared. */
  wake(): void {
    if (this.stopped) return;
    this.firing ??= this.fire()
      .catch(() => undefined)
      .then(() => {
        this.firing = null;
        return this.stopped ? undefined : this.arm().catch(() => undefined);
      });
  }

  /** The bus was away: what it holds is read first. */
  hold(): void {
    this.held = this.wait();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.firing;
  }

  private wait(): Promise<void> {
    let limit: NodeJS.Timeout;
    const longest = new Promise<void>((resolve) => (limit = setTimeout(resolve, 600_000).unref()));
    return Promise.race([this.caughtUp().catch(() => undefined), longest]).finally(() => clearTimeout(limit));
  }

  private async fire(): Promise<void> {
    if (Math.abs(this.now() - this.lastLook) > 60_000) this.hold();
    this.lastLook = this.now();
    await this.held;
    const table = engineTable(this.engine.app, 'deadline');
    const at = moment(this.now());
    const rows = await this.database.reader.rows<{ id: string; doc: string }>(
      `SELECT id, doc FROM ${table} WHERE due_at <= $1 ORDER BY due_at LIMIT 200`,
      [at],
    );
    const fired = rows.map((row) => {
      const { input, at: due } = JSON.parse(row.doc) as { input: Input; at: string };
      const settle = async (tx: Connection): Promise<void> => {
        // Only this setting of the timer: the decision may have set it anew.
        await tx.change(`DELETE FROM ${table} WHERE id = $1 AND due_at = $2`, [row.id, due]);
      };
      return this.engine.take(input, { id: `${row.id}@${due}`, source: 'deadline', who: this.engine.app, settle });
    });
    await Promise.allSettled(fired);
  }

  private async arm(): Promise<void> {
    const [next] = await this.database.reader.rows<{ due_at: string }>(
      `SELECT due_at FROM ${engineTable(this.engine.app, 'deadline')} ORDER BY due_at LIMIT 1`,
    );
    if (this.timer) clearTimeout(this.timer);
    const ms = next ? Math.min(5000, Math.max(20, Date.parse(next.due_at) - this.now())) : 5000;
    this.timer = setTimeout(() => this.wake(), ms);
  }
}
