import type { Connection, Parameter, Wanted } from './connection';
import { expectAll, touchedAll } from './overtaken';
import type { SqliteConnection } from './sqlite-connection';

export interface Script {
  readonly begin: string;
  readonly commit: string;
}

/** Characters of a script that is sent ahead of the commit: it is performed while the rest is written. */
const muchText = 48_000;

/**
 * A transaction of SQLite's one writer. Each statement is a journey to another thread and back; so changes whose answer
 * nobody waits for are kept, and travel as one script with the beginning and the commit. What is read before the first
 * of them is read outside of the transaction: nobody else writes.
 */
export class DeferredChanges {
  private waiting: string[] = [];
  private size = 0;
  private all = 0;
  private begun = false;
  private sending: Promise<void> = Promise.resolve();

  constructor(
    private readonly on: SqliteConnection,
    private readonly script: Script,
  ) {}

  /** What the transaction's work is done with. */
  readonly connection: Connection = {
    dialect: 'sqlite',
    rows: async <Result extends object>(sql: string, parameters?: readonly Parameter[]) => {
      await this.sent();
      return this.on.rows<Result>(sql, parameters);
    },
    change: async (sql, parameters = []) => {
      await this.sent(true);
      for (const one of parameters) this.all += typeof one === 'string' ? one.length : 8;
      return this.on.change(sql, parameters);
    },
    defer: async (sql, parameters = [], wanted = undefined) => {
      if (!parameters.every(isWritable)) return this.changeNow(sql, parameters, wanted);
      const text = written(sql, parameters);
      this.waiting.push(text);
      if (wanted) this.waiting.push(touchedAll(wanted));
      // A fault of it ends the commit.
      this.all += text.length;
      if ((this.size += text.length) > muchText) this.sent().catch(() => undefined);
    },
  };

  /** Characters of all changes. */
  get characters(): number {
    return this.all;
  }

  /** Sends the rest, and commits. Answers whether there was anything to commit. */
  async commit(): Promise<boolean> {
    await this.sending;
    if (!this.begun && this.waiting.length === 0) return false;
    await this.on.run(this.scriptOf([this.script.commit]));
    return true;
  }

  /** Nothing of it is under way any more, or will be: it can be rolled back. */
  async ended(): Promise<void> {
    await this.sending.catch(() => undefined);
  }

  private async changeNow(sql: string, parameters: readonly Parameter[], wanted: Wanted | undefined): Promise<void> {
    const touched = await this.connection.change(sql, parameters);
    if (wanted) expectAll(wanted, touched);
  }

  /** All that was kept so far is written; `begins`: the transaction has begun, too. */
  private sent(begins = false): Promise<void> {
    const idle = this.waiting.length === 0 && (this.begun || !begins);
    if (!idle) {
      const script = this.scriptOf([]);
      this.sending = this.sending.then(() => this.on.run(script));
    }
    return this.sending;
  }

  private scriptOf(end: readonly string[]): string {
    const all = [...(this.begun ? [] : [this.script.begin]), ...this.waiting, ...end];
    this.begun = true;
    this.waiting = [];
    this.size = 0;
    return all.join(';\n');
  }
}

/** Text that ends a script early must be bound. */
function isWritable(value: Parameter): boolean {
  return typeof value !== 'string' || !value.includes('\0');
}

/** The statement with its parameters in their places. */
function written(sql: string, parameters: readonly Parameter[]): string {
  return sql.replace(/\$(\d+)/g, (_, n: string) => literal(parameters[Number(n) - 1]!));
}

function literal(value: Parameter): string {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
