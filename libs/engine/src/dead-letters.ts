import { AppError } from '@millrace/kernel';
import type { Connection, Database } from '@millrace/store';
import { engineTable, insertDocuments } from './documents';

/** What a dead letter keeps of a message at most. */
const maxKeptBytes = 1024 * 1024;

export interface NewDeadLetter {
  readonly id: string;
  /** The NATS subject that it came on, or `outbox`. */
  readonly origin: string;
  readonly messageId: string;
  readonly reason: string;
  readonly remedy: string;
  readonly attempts: number;
  readonly bytes: Uint8Array;
  readonly at: string;
}

export interface DeadLetter {
  readonly id: string;
  readonly origin: string;
  readonly messageId: string;
  readonly reason: string;
  readonly remedy: string;
  readonly attempts: number;
  readonly state: 'kept' | 'replayed' | 'dropped';
  readonly at: string;
  /** Size of the whole message; more than what is kept when it was over 1 MiB. */
  readonly bytes: number;
  readonly content: string;
  /** Why it was dropped, and by whom. */
  readonly note?: string;
}

/** Keeps a message that could not be handled. A message that is here already stays as it is, with the newer reason. */
export async function keepDeadLetter(tx: Connection, app: string, letter: NewDeadLetter): Promise<void> {
  const content = Buffer.from(letter.bytes.subarray(0, maxKeptBytes)).toString('utf8');
  const doc: Omit<DeadLetter, 'state'> = { ...letter, bytes: letter.bytes.length, content };
  await insertDocuments(
    tx,
    app,
    'dead_letter',
    [{ id: letter.id, doc, columns: { state: 'kept', at: letter.at } }],
    letter.at,
    'replace',
  );
}

/** Reads and settles dead letters. */
export class DeadLetters {
  constructor(
    private readonly database: Database,
    private readonly app: string,
  ) {}

  private get table(): string {
    return engineTable(this.app, 'dead_letter');
  }

  async list(state: DeadLetter['state'] | 'all'): Promise<DeadLetter[]> {
    const filter = state === 'all' ? '' : ' WHERE state = $1';
    const rows = await this.database.reader.rows<{ doc: string; state: DeadLetter['state'] }>(
      `SELECT doc, state FROM ${this.table}${filter} ORDER BY at DESC LIMIT 1000`,
      state === 'all' ? [] : [state],
    );
    return rows.map((row) => ({ ...(JSON.parse(row.doc) as DeadLetter), state: row.state }));
  }

  async get(id: string): Promise<DeadLetter> {
    const [row] = await this.database.reader.rows<{ doc: string; state: DeadLetter['state'] }>(
      `SELECT doc, state FROM ${this.table} WHERE id = $1`,
      [id],
    );
    if (row) return { ...(JSON.parse(row.doc) as DeadLetter), state: row.state };
    throw new AppError({
      code: 'dead-letter-unknown',
      kind: 'missing',
      message: `${this.app} has no dead letter ${id.slice(0, 100)}`,
      remedy: `\`millrace dead-letters list --service ${this.app}\` names them`,
    });
  }

  async settle(id: string, state: 'replayed' | 'dropped', note: string): Promise<void> {
    const letter = await this.get(id);
    const doc = JSON.stringify({ ...letter, note });
    await this.database.transaction((tx) =>
      tx.change(`UPDATE ${this.table} SET state = $1, doc = $2 WHERE id = $3`, [state, doc, id]),
    );
  }

  async count(): Promise<number> {
    const [row] = await this.database.reader.rows<{ n: number }>(
      `SELECT count(*) AS n FROM ${this.table} WHERE state = 'kept'`,
    );
    return Number(row!.n);
  }
}
