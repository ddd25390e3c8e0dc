import { AppError, isParked, isRefusal, moment, toAppError, type Moment } from '@millrace/kernel';
import {
  Session,
  abreast,
  listOf,
  tablePrefix,
  type Connection,
  type Database,
  type Parameter,
  type Slice,
  type Tables,
} from '@millrace/store';
import { engineTable, type DocumentRow } from './documents';
import { Gathered, journalText } from './gathered';
import type { Machine, TypedInput } from './machine';
import { ParkedTokens } from './parked-tokens';
import type { EngineOptions, TakeMeta, Taken } from './take';

interface Waiting<Input> {
  readonly input: Input;
  readonly meta: TakeMeta;
  readonly resolve: (taken: Taken) => void;
  readonly reject: (thrown: unknown) => void;
}

interface Turn {
  readonly gathered: Gathered;
  readonly at: Moment;
  /** Locks that are held, when what the batch tells this service itself is decided with it. */
  readonly reach: ReadonlySet<string> | null;
  /** What was decided or ordered before is looked for; else the transaction fails when there is any. */
  readonly careful: boolean;
}

/** Inputs to itself that one transaction decides at most beside its batch. */
const mostOwn = 500;

/** Batches after one with something known before in which such is looked for. */
const carefulBatches = 50;

/**
 * The one loop. An input is claimed in the inbox, decided on the rows that it touches, and what it changed is saved
 * together with its journal entry, events, calls and timers, in one transaction; only then is whoever gave it answered.
 * Promises, each with its test in engine.spec.ts and crash.spec.ts: an input is decided once; an input that was
 * answered is never lost; an input that fails leaves state as it was and stops nobody else.
 */
export class Engine<T extends Tables, Input extends TypedInput> {
  private readonly queue: Waiting<Input>[] = [];
  private running: Promise<void> | null = null;
  private closed = false;
  /** Batches that are yet to be taken with care. */
  private careful = 0;
  /** Inputs from rows of our own that wait in memory now. */
  private readonly unasked = new Set<string>();
  private readonly now: () => number;
  private readonly parked: ParkedTokens | null;

  constructor(
    private readonly database: Database,
    readonly machine: Machine<T, Input>,
    private readonly options: EngineOptions,
  ) {
    this.now = options.now ?? Date.now;
    // Others that work on the database may park inputs that this process knows nothing of.
    this.parked = database.kind === 'sqlite' ? new ParkedTokens(database, machine.app) : null;
  }

  get app(): string {
    return this.machine.app;
  }

  /** Inputs that wait in memory. */
  get waiting(): number {
    return this.queue.length;
  }

  /** Gives the engine an input; answers after the commit. Faults are thrown, and then nothing was changed. */
  take(input: Input, meta: TakeMeta): Promise<Taken> {
    if (this.closed) {
      return Promise.reject(
        new AppError({
          code: 'stopping',
          kind: 'unavailable',
          message: `${this.app} is stopping`,
          remedy: 'try again',
        }),
      );
    }
    return new Promise((resolve, reject) => {
      this.queue.push({ input, meta, resolve, reject });
      this.running ??= this.drain();
    });
  }

  /**
   * Takes an input that comes from a row of our own (to itself, parked, a timer). The row stays until it is decided, so
   * that a fault, which is told to `onFault`, delays it and loses nothing. Answers whether it was decided now.
   */
  async takeUnasked(input: Input, meta: TakeMeta): Promise<boolean> {
    const id = inboxId(meta);
    if (this.unasked.has(id)) return true;
    this.unasked.add(id);
    try {
      await this.take(input, meta);
      return true;
    } catch (thrown) {
      if (!this.closed) this.options.onFault?.(input.type, toAppError(thrown));
      return false;
    } finally {
      this.unasked.delete(id);
    }
  }

  /**
   * Takes up inputs to itself that were left: by an earlier process, or because deciding them failed. Call it at the
   * start and now and then; one that waits already is decided once all the same.
   */
  async resume(): Promise<void> {
    const rows = await this.database.reader.rows<{ id: string; doc: string }>(
      `SELECT id, doc FROM ${engineTable(this.app, 'self')} ORDER BY id`,
    );
    this.takeSelf(rows.map((row) => ({ id: row.id, doc: JSON.parse(row.doc) as unknown })));
  }

  /** Gives parked inputs another chance; the start and a slow timer do so, beside the decisions that name them. */
  async retryParked(until?: readonly string[]): Promise<number> {
    const { reader } = this.database;
    const parameters: Parameter[] = [];
    const filter = until ? ` WHERE until IN ${listOf(reader, until, parameters)}` : '';
    const rows = await reader.rows<{ id: string; doc: string }>(
      `SELECT id, doc FROM ${engineTable(this.app, 'parked')}${filter} ORDER BY id LIMIT 1000`,
      parameters,
    );
    for (const row of rows) {
      const { input, who } = JSON.parse(row.doc) as { input: Input; who: string };
      const from = { table: 'parked', id: row.id } as const;
      void this.takeUnasked(input, { id: `${row.id}+`, source: 'parked', who, from, parkedAs: row.id });
    }
    return rows.length;
  }

  /** Parked inputs that wait for what has appeared. Most often there are none, and nothing is read. */
  private async takeUpParked(appeared: readonly string[]): Promise<void> {
    const until = this.parked ? await this.parked.among(appeared) : appeared;
    if (until.length > 0) await this.retryParked(until);
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async drain(): Promise<void> {
    while (this.queue.length > 0) {
      // What came with it is taken with it.
      await new Promise((resolve) => setImmediate(resolve));
      const batch = this.queue.splice(0, this.options.batch ?? 100);
      const error = await this.attemptWhole(batch);
      if (error === null) continue;
      // One bad input stops nobody: the batch is taken again one by one, and what they tell themselves later.
      for (const one of batch) await this.attempt([one], false, true).then((e) => e !== null && one.reject(e));
    }
    // In the same turn as the last look at the queue: an input that comes now starts the loop again.
    this.running = null;
  }

  /** Most often nothing of a batch was there before: that is not looked for, but found out. */
  private async attemptWhole(batch: readonly Waiting<Input>[]): Promise<unknown> {
    if (this.careful === 0) {
      const error = await this.attempt(batch, true, false);
      if ((error as Partial<AppError> | null)?.code !== 'revision-conflict') return error;
      this.careful = carefulBatches;
    }
    this.careful--;
    return this.attempt(batch, true, true);
  }

  /** `whole`: what the inputs make this service tell itself is decided with them, as far as their locks reach. */
  private async attempt(batch: readonly Waiting<Input>[], whole: boolean, careful: boolean): Promise<unknown> {
    const at = moment(this.now());
    const { newId, places } = this.options;
    const gathered = new Gathered(this.machine.app, newId, at, places?.reserve);
    try {
      const locks = batch.map(({ input }) => `${this.app}/${this.machine.keyOf(input)}`);
      const reach = whole ? new Set(locks) : null;
      const { session, taken } = await this.database.transaction(
        (tx) => this.decideAll(tx, batch, { gathered, at, reach, careful }),
        locks,
      );
      session.committed();
      taken.forEach((one, n) => batch[n]!.resolve(one));
    } catch (thrown) {
      gathered.begun.forEach(({ kind }) => places?.giveBack(kind));
      return thrown;
    }
    places?.begin(gathered.begun);
    this.takeSelf(gathered.self);
    this.parked?.add([...gathered.parked.values()]);
    if (gathered.appeared.size > 0) void this.takeUpParked([...gathered.appeared]).catch(() => undefined);
    this.options.onCommit?.({
      outbox: gathered.events,
      work: gathered.work.length > gathered.begun.length,
      deadlines: gathered.deadlines.size > 0,
    });
    return null;
  }

  private async decideAll(
    tx: Connection,
    batch: readonly Waiting<Input>[],
    { gathered, at, reach, careful }: Turn,
  ): Promise<{ readonly session: Session<T>; readonly taken: readonly Taken[] }> {
    const session = new Session(tx, tablePrefix(this.app), this.machine.tables, at, this.database.memory);
    const seen = careful ? await this.claimed(tx, batch) : new Map<string, Taken>();
    if (seen.size > 0) this.careful = carefulBatches;
    const fresh = batch.filter(({ meta }) => !seen.has(inboxId(meta)));
    if (this.machine.readsAhead === true && fresh.length > 1) {
      await session.readAhead(
        fresh.map(
          ({ input }) =>
            (readers) =>
              this.machine.load(readers, input),
        ),
      );
    }
    const taken: Taken[] = [];
    for (const { input, meta } of batch) {
      const id = inboxId(meta);
      const before = seen.get(id);
      const result: Taken = before ?? (await this.decideOne(session, input, meta, at, gathered));
      taken.push(result);
      if (result.status === 'parked' && meta.parkedAs !== undefined) continue;
      if (meta.parkedAs !== undefined) gathered.parked.delete(meta.parkedAs);
      if (before === undefined) {
        seen.set(id, result.status === 'decided' ? { status: 'duplicate', reply: result.reply } : result);
        gathered.inbox.push({ id, doc: seen.get(id), columns: { at, reply: null } });
      }
      if (meta.from) gathered.done[meta.from.table].push(meta.from.id);
      if (meta.settle) await meta.settle(tx);
    }
    if (reach) await this.decideOwn(session, gathered, at, reach);
    const saved = gathered.save(tx, careful);
    await abreast([session.flush(), saved]);
    const known = new Set(await saved);
    known.forEach(({ kind }) => this.options.places?.giveBack(kind));
    gathered.begun = gathered.begun.filter((one) => !known.has(one));
    return { session, taken };
  }

  /**
   * Decides what the batch told this service itself, in its order. What needs a lock that is not held, and what goes
   * beyond a bound, stays a row for later.
   */
  private async decideOwn(
    session: Session<T>,
    gathered: Gathered,
    at: Moment,
    reach: ReadonlySet<string>,
  ): Promise<void> {
    const left: DocumentRow[] = [];
    for (let n = 0; n < mostOwn && gathered.self.length > 0; n++) {
      const row = gathered.self.shift()!;
      const { input, who } = row.doc as { input: Input; who: string };
      const held = this.database.kind === 'sqlite' || reach.has(`${this.app}/${this.machine.keyOf(input)}`);
      if (held) await this.decideOne(session, input, { id: row.id, source: 'self', who }, at, gathered);
      else left.push(row);
    }
    gathered.self.unshift(...left);
  }

  private async claimed(tx: Connection, batch: readonly Waiting<Input>[]): Promise<Map<string, Taken>> {
    const ids = batch.map(({ meta }) => inboxId(meta));
    const parameters: Parameter[] = [];
    const rows = await tx.rows<{ id: string; doc: string }>(
      `SELECT id, doc FROM ${engineTable(this.app, 'inbox')} WHERE id IN ${listOf(tx, ids, parameters)}`,
      parameters,
    );
    return new Map(rows.map((row) => [row.id, JSON.parse(row.doc) as Taken]));
  }

  private async decideOne(
    session: Session<T>,
    input: Input,
    meta: TakeMeta,
    at: Moment,
    gathered: Gathered,
  ): Promise<Taken> {
    const slice: Slice<T> = await this.machine.load(session.readers, input);
    const decided = this.machine.decide(slice, input, { at, id: meta.id, who: meta.who });
    const id = this.options.newId();
    const columns = { at, key: this.machine.keyOf(input), type: input.type, who: meta.who };
    if (isRefusal(decided)) {
      gathered.journal.push({ id, doc: null, text: journalText(input, { refused: decided }), columns });
      return { status: 'refused', refusal: decided };
    }
    if (isParked(decided)) {
      const doc = { input, who: meta.who, because: decided.because };
      const row = meta.parkedAs ?? id;
      gathered.parked.set(row, { id: row, doc, columns: { until: decided.until } });
      return { status: 'parked', until: decided.until };
    }
    session.apply(slice, decided.state);
    decided.appeared?.forEach((token) => gathered.appeared.add(token));
    gathered.add(decided.effects, meta);
    const text = journalText(input, { effects: decided.effects, cause: meta.id });
    gathered.journal.push({ id, doc: null, text, columns });
    return { status: 'decided', reply: decided.reply ?? null };
  }

  private takeSelf(rows: readonly { readonly id: string; readonly doc: unknown }[]): void {
    for (const { id, doc } of rows) {
      const { input, who } = doc as { input: Input; who: string };
      void this.takeUnasked(input, { id, source: 'self', who, from: { table: 'self', id } });
    }
  }
}

function inboxId(meta: TakeMeta): string {
  return `${meta.source}|${meta.id}`;
}
