import type { App } from '@millrace/contracts';
import type { Decide, Fault } from '@millrace/kernel';
import type { Readers, Slice, Tables } from '@millrace/store';

export interface TypedInput {
  readonly type: string;
}

/** A service's heart as the engine runs it: pure but for `load`, which only reads. */
export interface Machine<T extends Tables, Input extends TypedInput> {
  readonly app: App;
  readonly tables: T;
  /** Inputs of one key are decided one after another. */
  keyOf(input: Input): string;
  /** Reads only the rows that the input touches. */
  load(read: Readers<T>, input: Input): Promise<Slice<T>>;
  readonly decide: Decide<Slice<T>, Input>;
  /**
   * What a batch's inputs load is first read together, with few statements. For services whose loads ask by ids and by
   * single columns; `load` runs twice then.
   */
  readonly readsAhead?: boolean;
}

export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly fault: Pick<Fault, 'code' | 'kind' | 'message' | 'remedy'> };

export interface WorkContext {
  /** The effect's key: the idempotency key to look for before acting. */
  readonly key: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Aborted before the lease ends, and when the service stops. */
  readonly signal: AbortSignal;
}

/** One kind of outside call. */
export interface WorkKind<Order, Value, Input extends TypedInput> {
  readonly kind: string;
  /** Calls of this kind at one time. */
  readonly concurrency: number;
  /** Milliseconds after which a call is aborted and, its lease over, taken up again. */
  readonly timeoutMs: number;
  /** Tries while the fault's kind is `unavailable`, with back-off, before the outcome is reported. */
  readonly tries: number;
  /** Milliseconds between two tries at most; default a minute. For calls that wait for what comes any moment. */
  readonly longestPauseMs?: number;
  run(order: Order, context: WorkContext): Promise<Value>;
  toInput(order: Order, outcome: Outcome<Value>, key: string): Input;
}
