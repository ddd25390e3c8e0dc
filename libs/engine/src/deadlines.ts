import { moment } from '@millrace/kernel';
import type { Connection, Database, Tables } from '@millrace/store';
import { pullBack } from './clock-set-back';
import { engineTable } from './documents';
import type { Engine } from './engine';
import type { TypedInput } from './machine';

/**
 * Fires timers. After a start, an outage of the bus or a jump of the clock by over a minute they wait until `caughtUp`
 * says that what was pending has been read (at most ten minutes): an outage makes no storm of false overdues. One whose
 * decision fails stays, and is tried again in a second. After a start, and when the clock has been set back, what was set
 * while it was ahead is set anew.
 */
export class Deadlines<Input extends TypedInput> {
  private timer: NodeJS.Timeout | null = null;
  private firing: Promise<void> | null = null;
  private again = false;
  private stopped = false;
  private held: Promise<void>;
  private lastLook: number;
  private looked = false;
  private release: () => void = () => undefined;
  private readonly released = new Promise<void>((resolve) => (this.release = resolve));

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
    this.again = true;
    this.firing ??= this.run();
  }

  /** The bus was away: what it holds is read first. */
  hold(): void {
    this.held = this.wait();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.release();
    await this.firing;
    if (this.timer) clearTimeout(this.timer);
  }

  private wait(): Promise<void> {
    let limit: NodeJS.Timeout;
    const longest = new Promise<void>((resolve) => (limit = setTimeout(resolve, 600_000).unref()));
    const over = Promise.race([this.caughtUp().catch(() => undefined), longest, this.released]);
    return over.finally(() => clearTimeout(limit));
  }

  private async run(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      const well = await this.fire().catch(() => false);
      await this.arm(well ? 20 : 1000).catch(() => this.sleep(1000));
    }
    // In the same turn as the last look: a wake that comes now starts it again.
    this.firing = null;
  }

  /** Answers whether every timer that was due has been decided. */
  private async fire(): Promise<boolean> {
    const began = this.now();
    const passed = began - this.lastLook;
    this.lastLook = began;
    if (Math.abs(passed) > 60_000) this.hold();
    if (!this.looked || passed < -60_000) await pullBack(this.database, this.engine.app, began);
    this.looked = true;
    // A hold that comes while waiting counts too.
    for (let held: Promise<void> | null = null; held !== this.held;) await (held = this.held);
    // Waiting may have taken long; a clock that was set back meanwhile is found with the next look.
    this.lastLook = Math.max(this.lastLook, this.now());
    if (this.stopped) return true;
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
        await tx.defer(`DELETE FROM ${table} WHERE id = $1 AND due_at = $2`, [row.id, due]);
      };
      const meta = { id: `${row.id}@${due}`, source: 'deadline', who: this.engine.app, settle };
      return this.engine.takeUnasked(input, meta);
    });
    return (await Promise.all(fired)).every((decided) => decided);
  }

  private async arm(least: number): Promise<void> {
    const [next] = await this.database.reader.rows<{ due_at: string }>(
      `SELECT due_at FROM ${engineTable(this.engine.app, 'deadline')} ORDER BY due_at LIMIT 1`,
    );
    this.sleep(next ? Math.min(5000, Math.max(least, Date.parse(next.due_at) - this.now())) : 5000);
  }

  private sleep(ms: number): void {
    if (this.timer) clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.wake(), ms);
  }
}
