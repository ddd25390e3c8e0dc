import { later, sha256, type Effect, type Moment } from '@millrace/kernel';
import type { App } from '@millrace/contracts';
import { abreast, listOf, type Connection, type Parameter } from '@millrace/store';
import { engineTable, insertDocuments, type DocumentRow, type EngineTable, type WhenThere } from './documents';
import { envelopesOf } from './envelopes';
import type { OutboxRow } from './fresh-events';

/** A call that is begun as soon as its row is committed. */
export interface BegunWork {
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly order: unknown;
  readonly attempts: number;
}

/** Takes a place for a call that is due now: for how many milliseconds it is leased, or null when none is free. */
export type Reserve = (kind: string) => number | null;

interface Cause {
  readonly who: string;
  readonly traceparent?: string;
}

/** What a batch adds to the engine's tables: gathered in memory, and written at its end with one statement each. */
export class Gathered {
  readonly inbox: DocumentRow[] = [];
  readonly journal: DocumentRow[] = [];
  readonly outbox: DocumentRow[] = [];
  readonly work: DocumentRow[] = [];
  readonly deadlines = new Map<string, DocumentRow | null>();
  /** Inputs to this service itself, in their order. */
  readonly self: DocumentRow[] = [];
  private readonly once = new Map<string, DocumentRow>();
  readonly parked = new Map<string, DocumentRow>();
  readonly appeared = new Set<string>();
  /** Rows that inputs came from, by their table. */
  readonly done = { self: [] as string[], parked: [] as string[], work: [] as string[] };

  /** Calls for which a place is taken. */
  begun: BegunWork[] = [];

  constructor(
    private readonly app: App,
    private readonly newId: () => string,
    private readonly at: Moment,
    private readonly reserve: Reserve = () => null,
  ) {}

  add(effects: readonly Effect[], cause: Cause): void {
    for (const effect of effects) this.addOne(effect, cause);
  }

  /** What is to be published, as it is kept. */
  get events(): readonly OutboxRow[] {
    return this.outbox.map(({ id, text, columns }) => ({ id, subject: String(columns!['subject']), doc: text! }));
  }

  /**
   * Writes it all; gives the calls that must not be begun, since they were ordered before. `careful`: that is looked
   * for, and so it was for the inputs; else one that is there already fails the transaction.
   */
  async save(tx: Connection, careful: boolean): Promise<readonly BegunWork[]> {
    const { app, at, done } = this;
    const deadlines = [...this.deadlines];
    const cleared = deadlines.flatMap(([key, row]) => (row === null ? [key] : []));
    const set = deadlines.map(([, row]) => row).filter((row) => row !== null);
    const known = careful ? await this.knownWork(tx) : new Set<string>();
    const fresh = careful ? 'keep' : 'fail';
    const insert = (table: EngineTable, rows: readonly DocumentRow[], whenThere?: WhenThere): Promise<void> =>
      insertDocuments(tx, app, table, rows, at, whenThere);
    // What is deleted here was there before, and what is inserted was not.
    await abreast([
      insert('inbox', this.inbox, fresh),
      insert('journal', this.journal),
      insert('outbox', this.outbox),
      insert('work', firstOfEach(this.work), fresh),
      insert('self', this.self),
      insert('parked', [...this.parked.values()], 'replace'),
      insert('deadline', set, 'replace'),
      this.remove(tx, 'deadline', cleared),
      this.remove(tx, 'self', done.self),
      this.remove(tx, 'parked', done.parked),
      this.finish(tx, done.work),
    ]);
    return this.begun.filter((one) => known.has(one.id));
  }

  /** Calls that were ordered before: they are not begun once more. */
  private async knownWork(tx: Connection): Promise<ReadonlySet<string>> {
    if (this.begun.length === 0) return new Set();
    const parameters: Parameter[] = [];
    const ids = this.begun.map((one) => one.id);
    const sql = `SELECT id FROM ${engineTable(this.app, 'work')} WHERE id IN ${listOf(tx, ids, parameters)}`;
    return new Set((await tx.rows<{ id: string }>(sql, parameters)).map(({ id }) => id));
  }

  private addOne(effect: Effect, { who, traceparent }: Cause): void {
    const { at } = this;
    switch (effect.lane) {
      case 'bus':
        this.outbox.push(envelopesOf(this.app, effect, this.newId(), at, traceparent));
        break;
      case 'work': {
        const { kind, key, order, notBefore } = effect;
        const id = `${kind}|${key}`;
        const due = { kind, due_at: notBefore ?? at };
        const lease = notBefore === undefined && !this.begun.some((one) => one.id === id) ? this.reserve(kind) : null;
        const columns =
          lease === null
            ? { ...due, state: 'waiting', lease_until: null, attempts: 0 }
            : { ...due, state: 'running', lease_until: later(at, lease), attempts: 1 };
        if (lease !== null) this.begun.push({ id, kind, key, order, attempts: 1 });
        this.work.push({ id, doc: { kind, key, order }, columns });
        break;
      }
      case 'deadline': {
        const { key, at: due, input } = effect;
        this.deadlines.set(key, due === null ? null : { id: key, doc: { input, at: due }, columns: { due_at: due } });
        break;
      }
      case 'input':
        this.tell({ id: this.newId(), doc: { input: effect.input, who } }, effect.once);
        break;
    }
  }

  private tell(row: DocumentRow, once: string | undefined): void {
    this.self.push(row);
    if (once === undefined) return;
    const older = this.once.get(once);
    const at = older ? this.self.indexOf(older) : -1;
    if (at >= 0) this.self.splice(at, 1);
    this.once.set(once, row);
  }

  private async remove(tx: Connection, table: 'self' | 'parked' | 'deadline', ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const parameters: Parameter[] = [];
    const sql = `DELETE FROM ${engineTable(this.app, table)} WHERE id IN ${listOf(tx, ids, parameters)}`;
    await tx.defer(sql, parameters);
  }

  private async finish(tx: Connection, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const parameters: Parameter[] = [];
    const list = listOf(tx, ids, parameters);
    const table = engineTable(this.app, 'work');
    await tx.defer(`UPDATE ${table} SET state = 'done', lease_until = NULL WHERE id IN ${list}`, parameters);
  }
}

/** Of rows with one id the first one counts. */
function firstOfEach(rows: readonly DocumentRow[]): readonly DocumentRow[] {
  const first = new Map([...rows].reverse().map((row) => [row.id, row]));
  return first.size === rows.length ? rows : rows.filter((row) => first.get(row.id) === row);
}

/** What the journal keeps of a decision: large things by digest. Written as it is kept. */
export function journalText(input: unknown, decided: { readonly refused: unknown } | Decided): string {
  if ('refused' in decided) return `{"input":${bounded(input)},"refused":${JSON.stringify(decided.refused)}}`;
  const effects = decided.effects.map(bounded).join(',');
  return `{"input":${bounded(input)},"effects":[${effects}],"cause":${JSON.stringify(decided.cause)}}`;
}

interface Decided {
  readonly effects: readonly Effect[];
  readonly cause: string;
}

function bounded(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 16_384 ? text : JSON.stringify({ digest: `sha256:${sha256(text)}`, size: text.length });
}
