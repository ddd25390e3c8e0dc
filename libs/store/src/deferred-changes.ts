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
  /** Questions that are yet to be answered, by connection. */
  private readonly asked = { on: 0, beside: 0 };

  /** `beside`: a connection that sees what is committed, for questions that come before the first change. */
  constructor(
    private readonly on: SqliteConnection,
    private readonly script: Script,
    private readonly beside: SqliteConnection = on,
  ) {}

  /** What the transaction's work is done with. */
  readonly connection: Connection = {
    dialect: 'sqlite',
    rows: async <Result extends object>(sql: string, parameters?: readonly Parameter[]) => {
      if (this.asked.on > this.asked.beside && !this.begun && this.waiting.length === 0) {
        this.asked.beside++;
        return this.beside.rows<Result>(sql, parameters).finally(() => this.asked.beside--);
      }
      this.asked.on++;
      try {
        await this.sent();
        return await this.on.rows<Result>(sql, parameters);
      } finally {
        this.asked.on--;
      }
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

/** The statement with its parameters in their places; it may have thousands. */
function written(sql: string, parameters: readonly Parameter[]): string {
  let text = '';
  let from = 0;
  for (let at = sql.indexOf('$'); at >= 0; at = sql.indexOf('$', at + 1)) {
    let end = at + 1;
    let place = 0;
    for (let code = sql.charCodeAt(end); code >= 48 && code <= 57; code = sql.charCodeAt(++end)) {
      place = place * 10 + code - 48;
    }
    if (end === at + 1) continue;
    text += sql.slice(from, at) + literal(parameters[place - 1]!);
    from = end;
  }
  return text + sql.slice(from);
}

function literal(value: Parameter): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return String(value);
  return value.includes("'") ? `'${value.replaceAll("'", "''")}'` : `'${value}'`;
}
