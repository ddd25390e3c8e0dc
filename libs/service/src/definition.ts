import type { Echoes } from '@millrace/bus';
import type { App, Door, DoorReply, DoorRequest, Envelope, EventContract, EventName, Role } from '@millrace/contracts';
import type { DeadLetter, Machine, TypedInput, WorkKind } from '@millrace/engine';
import type { Migration, Readers, Tables } from '@millrace/store';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { LargestBodies } from './body-parsers';
import type { WrittenAnswer } from './written-answer';

/** Who calls: proven by a token, or a message's publisher. */
export interface Caller {
  readonly name: string;
  readonly role: Role | null;
}

/** One event that a service hears, and the input that it makes of it. */
export interface Hears<Input> {
  readonly event: EventContract;
  /** null: of no interest; acked and forgotten. */
  readonly toInput: (envelope: Envelope) => Input | null;
}

export function hear<Data, Input>(
  event: EventContract<Data>,
  toInput: (envelope: Envelope<Data>) => Input | null,
): Hears<Input> {
  return { event: event as unknown as EventContract, toInput: toInput as (envelope: Envelope) => Input | null };
}

/** One door and what is behind it. */
export type BoundDoor<Input> =
  | { readonly door: Door; readonly answer: (request: never, caller: Caller) => Promise<unknown> }
  | { readonly door: Door; readonly toInput: (request: never, caller: Caller) => Input | Promise<Input> };

/** Binds a question to its answer. */
export function answer<D extends Door>(
  door: D,
  reply: (
    request: z.output<D extends { readonly request: infer S extends z.ZodType } ? S : never>,
    caller: Caller,
  ) => Promise<DoorReply<D> | WrittenAnswer>,
): BoundDoor<never> {
  return { door: door as unknown as Door, answer: reply as (request: never, caller: Caller) => Promise<unknown> };
}

/** Binds a command to the input that it becomes; the decision's `reply` goes back to the caller. */
export function obey<D extends Door, Input>(
  door: D,
  toInput: (
    request: z.output<D extends { readonly request: infer S extends z.ZodType } ? S : never>,
    caller: Caller,
  ) => Input | Promise<Input>,
): BoundDoor<Input> {
  return {
    door: door as unknown as Door,
    toInput: toInput as (request: never, caller: Caller) => Input | Promise<Input>,
  };
}

/** Asks other services; big answers come through the object store, unseen by the caller. */
export interface Asker {
  ask<D extends Door>(door: D, request: DoorRequest<D>): Promise<DoorReply<D>>;
}

export interface ServiceContext<T extends Tables, Input extends TypedInput, Config> {
  readonly config: Config;
  readonly log: Logger;
  /** Read-only, outside of any transaction, on a connection of its own. */
  readonly read: Readers<T>;
  readonly asker: Asker;
  /** Hands an input to the engine; answers with the decision's reply after the commit. Equal ids are taken once. */
  take(input: Input, meta: { readonly id: string; readonly who: string }): Promise<unknown>;
  /** The service's own folder for files, made already. */
  readonly dataDir: string;
  /** Who has this token; null when there is none, or an unknown or revoked one. For foreign HTTP APIs. */
  readonly whose: (token: string | null) => Caller | null;
  /** Does the service answer on loopback only? */
  readonly onLoopback: boolean;
  /** Keeps what came by another way than the bus and could not be handled. */
  readonly bury: (letter: Burial) => Promise<void>;
}

/** A message that could not be handled, whichever way it came. */
export interface Burial {
  /** Equal ids are one dead letter, with the newest reason. */
  readonly id: string;
  /** The way that it came; `ServiceParts.replay` knows it again. */
  readonly origin: string;
  readonly messageId: string;
  readonly reason: string;
  readonly remedy: string;
  readonly bytes: Uint8Array;
}

/** A number, or one per label value, that is asked for when the metrics are scraped. */
export interface ServiceGauge {
  readonly help: string;
  readonly label: string;
  readonly values: () => Promise<ReadonlyMap<string, number>>;
}

/** Something that hangs and that somebody should see: shown by /readyz, which it never makes unready. */
export interface ServiceAlert {
  readonly alert: string;
  readonly release: string;
  readonly since: string;
  readonly text: string;
  readonly remedy: string;
}

/** What a service adds to the common machinery. */
export interface ServiceParts<Input extends TypedInput> {
  readonly doors: readonly BoundDoor<Input>[];
  // The order and value types of each kind differ; the engine passes them through unseen.
  readonly works: readonly WorkKind<never, unknown, Input>[];
  /** Nest controllers for foreign HTTP APIs (ResultsDB, webhooks), made by the service itself. */
  readonly controllers?: readonly object[];
  /** Where smaller bodies than everywhere else are taken: bytes below a path. A larger one is answered with 413. */
  readonly largestBodies?: LargestBodies;
  /** Below these paths JSON is not read: their controllers keep what is broken, too. */
  readonly unreadBodies?: readonly string[];
  /** Web pages of other origins that may ask a service on loopback, too. */
  readonly origins?: readonly string[];
  /** The service's own metrics, by name without `millrace_`. */
  readonly gauges?: Readonly<Record<string, ServiceGauge>>;
  /** What hangs now, for the body of /readyz. */
  readonly alerts?: () => Promise<readonly ServiceAlert[]>;
  /** Hands over once more what `bury` kept; throws when it is refused again, and answers false when it is not its own. */
  readonly replay?: (letter: DeadLetter, who: string) => Promise<boolean>;
  /** Runs once everything is connected: reconciling with the outside. */
  start?(): Promise<void>;
  stop?(): Promise<void>;
}

/** A whole service: `main.ts` hands it to `runService`. */
export interface ServiceDefinition<T extends Tables, Input extends TypedInput, Config> {
  readonly app: App;
  readonly machine: Machine<T, Input>;
  readonly migrations: readonly Migration[];
  readonly hears: readonly Hears<Input>[];
  readonly says: readonly EventName[];
  /** Its events once more, on the subjects and in the form that others know. */
  readonly echoes?: Echoes;
  /** Settings of this app, from its section of millrace.yaml and `MILLRACE_<APP>_<KEY>`. */
  readonly config: z.ZodType<Config>;
  setUp(context: ServiceContext<T, Input, Config>): Promise<ServiceParts<Input>>;
}
