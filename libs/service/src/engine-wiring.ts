import { randomBytes } from 'node:crypto';
import { echoing, jetStreamPublisher, type BusConnection, type DeadMessage } from '@millrace/bus';
import type { Envelope } from '@millrace/contracts';
import { DeadLetters, Engine, OutboxRelay, keepDeadLetter, type Places, type TypedInput } from '@millrace/engine';
import { moment, sha256 } from '@millrace/kernel';
import type { Database, Tables } from '@millrace/store';
import type { Logger } from 'pino';
import { uuidv7 } from 'uuidv7';
import type { ServiceDefinition } from './definition';
import { refusalError } from './door-desk';
import type { Closers } from './start-service';

export interface EngineWiring<Input extends TypedInput> {
  readonly engine: Engine<Tables, Input>;
  readonly relay: OutboxRelay;
  readonly deadLetters: DeadLetters;
  /** Set once everything stands; before that a commit wakes nobody. */
  wakeWork: () => void;
  wakeDeadlines: () => void;
  /** Set when calls are made: before that none has a place. */
  places: Places | null;
  counted: (type: string, status: string) => void;
  hear(input: Input, envelope: Envelope): Promise<void>;
}

/** The engine with its relay, and what a message from the bus becomes. */
export function wireEngine<T extends Tables, Input extends TypedInput, Config>(
  definition: ServiceDefinition<T, Input, Config>,
  database: Database,
  bus: BusConnection,
  log: Logger,
  closers: Closers,
): EngineWiring<Input> {
  const { app } = definition;
  const stream = jetStreamPublisher(bus, app);
  const publisher = definition.echoes ? echoing(stream, bus, definition.echoes) : stream;
  const relay = new OutboxRelay(database, app, publisher, {
    failed: (fault) => log.warn({ code: fault.code, reason: fault.message }, 'events wait in the outbox'),
    resent: (rows) => log.warn({ rows }, 'the bus had lost events; they are sent again'),
  });
  closers.push(() => relay.stop());
  const engine = new Engine<T, Input>(database, definition.machine, {
    newId: uuidv7,
    places: {
      reserve: (kind) => wiring.places?.reserve(kind) ?? null,
      giveBack: (kind) => wiring.places?.giveBack(kind),
      begin: (calls) => wiring.places?.begin(calls),
    },
    onFault: (type, err) => log.error({ type, err }, 'an input of our own failed; it is kept and tried again'),
    onCommit: (left) => {
      if (left.outbox.length > 0) relay.wake(left.outbox);
      if (left.work) wiring.wakeWork();
      if (left.deadlines) wiring.wakeDeadlines();
    },
  }) as unknown as Engine<Tables, Input>;
  closers.push(() => engine.close());
  const wiring: EngineWiring<Input> = {
    engine,
    relay,
    deadLetters: new DeadLetters(database, app),
    wakeWork: () => undefined,
    wakeDeadlines: () => undefined,
    places: null,
    counted: () => undefined,
    hear: async (input, envelope) => {
      const meta = {
        id: envelope.id,
        source: envelope.source,
        who: envelope.source,
        traceparent: envelope.traceparent ?? newTrace(),
      };
      const taken = await engine.take(input, meta);
      wiring.counted(input.type, taken.status);
      if (taken.status === 'refused') throw refusalError(taken.refusal);
    },
  };
  return wiring;
}

/** A W3C trace context: https://www.w3.org/TR/trace-context/ */
function newTrace(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}

/** Keeps a message of the bus that could not be handled. */
export async function bury(
  database: Database,
  app: ServiceDefinition<Tables, TypedInput, unknown>['app'],
  message: DeadMessage,
  log: Logger,
): Promise<void> {
  const id = `${message.stream}.${message.sequence}.${sha256(message.bytes).slice(0, 8)}`;
  log.error({ deadLetter: id, subject: message.subject, reason: message.reason }, 'a message could not be handled');
  await database.transaction((tx) =>
    keepDeadLetter(tx, app, {
      id,
      origin: message.subject,
      messageId: `${message.stream}:${message.sequence}`,
      reason: message.reason,
      remedy: message.remedy,
      attempts: message.attempt,
      bytes: message.bytes,
      at: moment(Date.now()),
    }),
  );
}
