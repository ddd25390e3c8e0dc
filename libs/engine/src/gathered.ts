import { digestOf, type Effect, type Moment } from '@millrace/kernel';
import type { App } from '@millrace/contracts';
import type { Connection } from '@millrace/store';
import { engineTable, insertDocuments, type DocumentRow } from './documents';
import { envelopesOf } from './envelopes';

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

  constructor(
    private readonly app: App,
    private readonly newId: () => string,
    private readonly at: Moment,
  ) {}

  add(effects: readonly Effect[], cause: Cause): void {
    for (const effect of effects) this.addOne(effect, cause);
  }

  async save(tx: Connection): Promise<void> {
    const { app, at } = this;
    await insertDocuments(tx, app, 'inbox', this.inbox, at);
    await insertDocuments(tx, app, 'journal', this.journal, at);
    await insertDocuments(tx, app, 'outbox', this.outbox, at);
    await insertDocuments(tx, app, 'work', this.work, at);
    await insertDocuments(tx, app, 'self', this.self, at);
    await insertDocuments(tx, app, 'parked', [...this.parked.values()], at, true);
    const deadlines = [...this.deadlines];
    await this.remove(
      tx,
      'deadline',
      deadlines.flatMap(([key, row]) => (row === null ? [key] : [])),
    );
    const set = deadlines.map(([, row]) => row).filter((row) => row !== null);
    await insertDocuments(tx, app, 'deadline', set, at, true);
    await this.remove(tx, 'self', this.done.self);
    await this.remove(tx, 'parked', this.done.parked);
    await this.finish(tx, this.done.work);
  }

  private addOne(effect: Effect, { who, traceparent }: Cause): void {
    const { at } = this;
    switch (effect.lane) {
      case 'bus':
        this.outbox.push(envelopesOf(this.app, effect, this.newId(), at, traceparent));
        break;
      case 'work': {
        const { kind, key, order, notBefore } = effect;
        const columns = { kind, state: 'waiting', due_at: notBefore ?? at, lease_until: null, attempts: 0 };
        this.work.push({ id: `${kind}|${key}`, doc: { kind, key, order }, columns });
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
    await tx.change(`DELETE FROM ${engineTable(this.app, table)} WHERE id IN (${places(ids)})`, ids);
  }

  private async finish(tx: Connection, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const table = engineTable(this.app, 'work');
    await tx.change(`UPDATE ${table} SET state = 'done', lease_until = NULL WHERE id IN (${places(ids)})`, ids);
  }
}

/** The journal holds large things by digest. */
export function bounded(value: unknown): unknown {
  const size = JSON.stringify(value).length;
  return size <= 16_384 ? value : { digest: digestOf(value), size };
}

function places(ids: readonly string[]): string {
  return ids.map((_, n) => `$${n + 1}`).join(', ');
}
