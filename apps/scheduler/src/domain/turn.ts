import { say, type EventContract } from '@millrace/contracts';
import {
  AppError,
  doWork,
  tellSelf,
  wakeAt,
  type DecideContext,
  type Decision,
  type Effect,
  type Moment,
} from '@millrace/kernel';
import type { Input } from './input';
import type { Rows, State } from './state';

/**
 * One decision while it is made: rows are read from the slice and put back, effects pile up. What comes out by `done`
 * depends on the slice, the input and the context alone.
 */
export class Turn {
  private readonly effects: Effect[] = [];
  private readonly appeared: string[] = [];
  private readonly looks = new Set<string>();
  private readonly changed = new Map<keyof Rows, Map<string, Rows[keyof Rows]>>();

  constructor(
    private readonly before: State,
    readonly context: DecideContext,
    /** null for what crosses releases: then nothing can be said. */
    readonly release: string | null,
  ) {}

  get at(): Moment {
    return this.context.at;
  }

  find<K extends keyof Rows>(table: K, id: string): Rows[K] | undefined {
    return (this.changed.get(table)?.get(id) ?? this.before[table].get(id)) as Rows[K] | undefined;
  }

  /** A row that `load` must have brought. */
  row<K extends keyof Rows>(table: K, id: string): Rows[K] {
    const found = this.find(table, id);
    if (found) return found;
    throw new AppError({
      code: 'row-not-loaded',
      kind: 'bug',
      message: `a decision needs ${table} ${id}, which was not loaded`,
    });
  }

  all<K extends keyof Rows>(table: K): Rows[K][] {
    const merged = new Map<string, Rows[keyof Rows]>(this.before[table]);
    for (const [id, row] of this.changed.get(table) ?? []) merged.set(id, row);
    return [...merged.values()] as Rows[K][];
  }

  put<K extends keyof Rows>(table: K, row: Rows[K]): Rows[K] {
    const rows = this.changed.get(table) ?? new Map<string, Rows[keyof Rows]>();
    this.changed.set(table, rows.set(row.id, row));
    return row;
  }

  /** Ids of the rows that were put. */
  touched(table: keyof Rows): string[] {
    return [...(this.changed.get(table)?.keys() ?? [])];
  }

  say<Data>(contract: EventContract<Data>, subject: string, data: NoInfer<Data>, component?: string): void {
    const release = this.release!;
    const said = this.find('said', release) ?? { id: release, revision: 0, count: 0 };
    this.put('said', { ...said, count: said.count + 1 });
    const about = { release, subject, revision: said.count + 1, data };
    this.effects.push(say(contract, component === undefined ? about : { ...about, component }));
  }

  work(kind: string, key: string, order: unknown, notBefore?: Moment): void {
    this.effects.push(doWork(kind, key, order, notBefore));
  }

  wake(key: string, at: Moment | null, input: Input): void {
    this.effects.push(wakeAt(key, at, input));
  }

  self(input: Input): void {
    this.effects.push(tellSelf(input));
  }

  /** There may be somebody for a free slot of a build system. */
  look(system: string): void {
    this.looks.add(system);
  }

  appear(token: string): void {
    this.appeared.push(token);
  }

  done(reply?: unknown): Decision<State> {
    for (const system of this.looks)
      this.effects.push(tellSelf({ type: 'slots.look', system }, `slots.look/${system}`));
    const state = { ...this.before } as { -readonly [K in keyof State]: State[K] };
    for (const [table, rows] of this.changed) {
      const merged = new Map<string, unknown>(this.before[table]);
      for (const [id, row] of rows) merged.set(id, row);
      (state as Record<keyof Rows, ReadonlyMap<string, unknown>>)[table] = merged;
    }
    return {
      state,
      effects: this.effects,
      ...(reply === undefined ? {} : { reply }),
      ...(this.appeared.length === 0 ? {} : { appeared: this.appeared }),
    };
  }
}
