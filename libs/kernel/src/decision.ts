import type { Moment } from './moment';
import type { Refusal } from './refusal';

/** A stored thing: `revision` is 0 until it is stored, and grows by one with every save (the store does that). */
export interface Row {
  readonly id: string;
  readonly revision: number;
}

/** A slice of a service's state: the rows that one input touches, per table, by id. */
export type SliceOf<Rows extends Readonly<Record<string, Row>>> = {
  readonly [Table in keyof Rows]: ReadonlyMap<string, Rows[Table]>;
};

/** An event to publish; the relay sends it after the commit, and again when the bus forgot it. */
export interface BusEffect {
  readonly lane: 'bus';
  /** Event type, e.g. `millrace.scheduler.verdict.wanted.v1`. */
  readonly event: string;
  readonly release: string | null;
  readonly componentType: string | null;
  readonly subject: string;
  /** Grows with each event about the same subject. */
  readonly revision: number;
  readonly data: unknown;
}

/** A call to the outside; its outcome comes back as an input. One row per (kind, key): a second one is dropped. */
export interface WorkEffect {
  readonly lane: 'work';
  readonly kind: string;
  readonly key: string;
  readonly order: unknown;
  readonly notBefore?: Moment;
}

/** A timer: gives `input` at `at`. A later effect with the same key replaces it; `at: null` clears it. */
export interface DeadlineEffect {
  readonly lane: 'deadline';
  readonly key: string;
  readonly at: Moment | null;
  readonly input: unknown;
}

/** An input to this same service that is decided in a transaction of its own (it may have another key). */
export interface InputEffect {
  readonly lane: 'input';
  readonly input: unknown;
  /** Said several times before it is decided, it is decided once. */
  readonly once?: string;
}

export type Effect = BusEffect | WorkEffect | DeadlineEffect | InputEffect;

export interface Decision<State> {
  readonly state: State;
  readonly effects: readonly Effect[];
  /** What a command's caller gets back after the commit. */
  readonly reply?: unknown;
  /** Things that exist from now on: inputs that were parked for them are decided next. */
  readonly appeared?: readonly string[];
}

/** The input is about something not known yet: it is kept, and decided when that `appeared`. */
export interface Parked {
  readonly parked: true;
  readonly until: string;
  readonly because: string;
}

export interface DecideContext {
  readonly at: Moment;
  /** The input's own id, unique for ever: ids of new things are derived from it. */
  readonly id: string;
  /** Who asked: a token's name, or the service that the message came from. */
  readonly who: string;
}

export type Decide<State, Input> = (
  state: State,
  input: Input,
  context: DecideContext,
) => Decision<State> | Refusal | Parked;

export function parkUntil(until: string, because: string): Parked {
  return { parked: true, until, because };
}

export function isParked(value: unknown): value is Parked {
  return typeof value === 'object' && value !== null && (value as Parked).parked === true;
}

/** A slice with one row set. The row's revision stays as it was loaded: the store counts. */
export function put<State, Table extends keyof State>(
  state: State,
  table: Table,
  row: State[Table] extends ReadonlyMap<string, infer R extends Row> ? R : never,
): State {
  const rows = new Map(state[table] as ReadonlyMap<string, Row>);
  rows.set(row.id, row);
  return { ...state, [table]: rows };
}

export function doWork(kind: string, key: string, order: unknown, notBefore?: Moment): WorkEffect {
  return { lane: 'work', kind, key, order, ...(notBefore === undefined ? {} : { notBefore }) };
}

export function wakeAt(key: string, at: Moment | null, input: unknown): DeadlineEffect {
  return { lane: 'deadline', key, at, input };
}

/** `once`: of those that were not decided yet, only the newest with the same word is. */
export function tellSelf(input: unknown, once?: string): InputEffect {
  return { lane: 'input', input, ...(once === undefined ? {} : { once }) };
}
