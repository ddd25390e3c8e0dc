import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  JetStreamServer,
  askOver,
  connectBus,
  ensureStream,
  jetStreamPublisher,
  type BusConnection,
  type DeadMessage,
} from '@millrace/bus';
import type { Envelope } from '@millrace/contracts';
import {
  DeadLetters,
  Deadlines,
  Engine,
  OutboxRelay,
  WorkRunner,
  keepDeadLetter,
  prune,
  type TypedInput,
} from '@millrace/engine';
import { AppError, moment, sha256 } from '@millrace/kernel';
import { Database, migrate, readersOn, type Tables } from '@millrace/store';
import { Module, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from 'pino';
import { uuidv7 } from 'uuidv7';
import { holdAlone } from './alone';
import { commonDoorsOf } from './common-parts';
import type { ServiceDefinition, ServiceParts } from './definition';
import { DoorDesk, refusalError } from './door-desk';
import { healthController, type Check } from './health';
import { createLog, nestLogger } from './log';
import { createMetrics, type Metrics } from './metrics';
import { doorsController, inboundController } from './nest-controllers';
import { ProblemFilter } from './problem';
import { guardLoopback } from './request-guard';
import { readSettings, type Environment, type Settings } from './settings';
import { Tokens } from './tokens';

export const version = '0.1.0';

export interface RunningService {
  readonly port: number;
  stop(): Promise<void>;
}

/** Undoes what was started, the newest first. */
type Closers = (() => Promise<void> | void)[];

/**
 * Starts a service: settings, database, bus, engine, doors. It is ready without any release and without the other
 * services. Stops what it had started when it cannot start.
 */
export async function startService<T extends Tables, Input extends TypedInput, Config>(
  definition: ServiceDefinition<T, Input, Config>,
  env: Environment,
): Promise<RunningService> {
  const settings = readSettings(definition.app, definition.config, env);
  const log = createLog(settings);
  const closers: Closers = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse())
      await Promise.resolve(close()).catch((err: unknown) => log.warn({ err }, 'a part did not stop cleanly'));
  };
  try {
    const port = await assemble(definition, settings, log, closers);
    log.info({ port, version }, 'ready');
    return { port, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

async function assemble<T extends Tables, Input extends TypedInput, Config>(
  definition: ServiceDefinition<T, Input, Config>,
  settings: Settings<Config>,
  log: Logger,
  closers: Closers,
): Promise<number> {
  const { app } = definition;
  const database = await openDatabase(definition, settings, closers);
  const bus = await connectBus({
    servers: settings.natsServers,
    name: app,
    user: settings.natsUser,
    passwordFile: settings.natsPasswordFile,
  });
  closers.push(() => bus.nats.drain());
  await ensureStream(bus.manager, app);
  const wiring = wireEngine(definition, database, bus, log, closers);
  const { engine, relay, deadLetters } = wiring;
  const parts = await definition.setUp({
    config: settings.config,
    log,
    read: readersOn(database.reader, app, definition.machine.tables),
    asker: { ask: (door, request) => askOver(bus.nats, door, request) },
    take: async (input, meta) => {
      const taken = await engine.take(input, { ...meta, source: `${app}/own` });
      if (taken.status === 'refused') throw refusalError(taken.refusal);
      return taken.status === 'parked' ? null : taken.reply;
    },
    dataDir: settings.dataDir,
  });
  if (parts.stop) closers.push(() => parts.stop!());
  const transport = new JetStreamServer({
    app,
    version,
    bus,
    bury: (message) => bury(database, app, message, log),
    log: {
      restored: (consumer) => {
        log.warn({ consumer }, 'the bus had forgotten a consumer; it reads from the start');
        void relay.verify().catch(() => undefined);
      },
      failed: (consumer, err) => log.warn({ consumer, err }, 'a consumer failed and is made again'),
      retry: (subject, attempt, fault) =>
        log.warn({ subject, attempt, code: fault.code, reason: fault.message }, 'a message is tried again'),
    },
  });
  const metrics = serviceMetrics(definition, wiring, transport);
  wiring.counted = (type, status) => metrics.inputs.inc({ type, status });
  const doors = [
    ...parts.doors,
    ...commonDoorsOf({
      app,
      version,
      startedAt: moment(Date.now()),
      database,
      engine: engine as never,
      relay,
      deadLetters,
      hears: definition.hears,
    }),
  ];
  const desk = new DoorDesk<Input>(engine as never, new Tokens(settings.tokensFile), isLoopback(settings.host));
  const controllers = [
    healthController(app, version, checksOf(database, bus), metrics.registry),
    inboundController(definition.hears, (input, envelope) => wiring.hear(input, envelope)),
    doorsController(doors as never, desk),
    ...((parts.controllers ?? []) as Type[]),
  ];
  const nest = await startNest(controllers, transport, settings, log, closers);
  await startLoops(wiring, parts, database, transport, bus, log, closers);
  return ((nest.getHttpServer() as HttpServer).address() as AddressInfo).port;
}

async function openDatabase<T extends Tables, Input extends TypedInput, Config>(
  definition: ServiceDefinition<T, Input, Config>,
  settings: Settings<Config>,
  closers: Closers,
): Promise<Database> {
  mkdirSync(settings.dataDir, { recursive: true });
  if (settings.databaseUrl.startsWith('sqlite:'))
    closers.push(holdAlone(join(settings.dataDir, `${settings.app}.lock`), settings.app));
  const database = await Database.open(settings.databaseUrl);
  closers.push(() => database.close());
  await migrate(database, definition.app, definition.migrations);
  return database;
}

interface EngineWiring<Input extends TypedInput> {
  readonly engine: Engine<Tables, Input>;
  readonly relay: OutboxRelay;
  readonly deadLetters: DeadLetters;
  /** Set once everything stands; before that a commit wakes nobody. */
  wakeWork: () => void;
  wakeDeadlines: () => void;
  counted: (type: string, status: string) => void;
  hear(input: Input, envelope: Envelope): Promise<void>;
}

function wireEngine<T extends Tables, Input extends TypedInput, Config>(
  definition: ServiceDefinition<T, Input, Config>,
  database: Database,
  bus: BusConnection,
  log: Logger,
  closers: Closers,
): EngineWiring<Input> {
  const { app } = definition;
  const relay = new OutboxRelay(database, app, jetStreamPublisher(bus, app), {
    failed: (fault) => log.warn({ code: fault.code, reason: fault.message }, 'events wait in the outbox'),
    resent: (rows) => log.warn({ rows }, 'the bus had lost events; they are sent again'),
  });
  closers.push(() => relay.stop());
  const engine = new Engine<T, Input>(database, definition.machine, {
    newId: uuidv7,
    onCommit: (left) => {
      if (left.outbox) relay.wake();
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

async function bury(
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

function serviceMetrics<T extends Tables, Input extends TypedInput, Config>(
  definition: ServiceDefinition<T, Input, Config>,
  { engine, relay, deadLetters }: EngineWiring<Input>,
  transport: JetStreamServer,
): Metrics {
  const gauges = {
    outbox_waiting: { help: 'Events that wait to be published', value: () => relay.waiting() },
    dead_letters: { help: 'Dead letters that nobody has replayed or dropped', value: () => deadLetters.count() },
    inputs_waiting: { help: 'Inputs that wait in memory', value: () => Promise.resolve(engine.waiting) },
  };
  return createMetrics(definition.app, gauges, () => transport.lags());
}

function checksOf(database: Database, bus: BusConnection): readonly Check[] {
  return [
    {
      name: 'database',
      problem: async () => ((await database.reader.rows('SELECT 1 AS one')).length === 1 ? null : 'no answer'),
    },
    {
      name: 'bus',
      problem: async () => {
        if (bus.nats.isClosed()) return 'the connection is closed';
        await bus.manager.getAccountInfo();
        return null;
      },
    },
  ];
}

async function startNest<Config>(
  controllers: readonly Type[],
  transport: JetStreamServer,
  settings: Settings<Config>,
  log: Logger,
  closers: Closers,
): Promise<INestApplication> {
  class AppModule {}
  Module({ controllers: [...controllers] })(AppModule);
  const nest = await NestFactory.create<NestExpressApplication>(AppModule, {
    logger: nestLogger(log),
    bodyParser: false,
    abortOnError: false,
  });
  nest.useBodyParser('json', { limit: '8mb' });
  nest.useBodyParser('text', { limit: '8mb', type: ['text/*', 'application/xml', 'application/yaml'] });
  nest.use(guardLoopback(settings.host));
  nest.useGlobalFilters(new ProblemFilter(log));
  nest.connectMicroservice({ strategy: transport }, { inheritAppConfig: true });
  closers.push(() => nest.close());
  await nest.startAllMicroservices();
  try {
    await nest.listen(settings.port, settings.host);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw thrown;
    throw new AppError({
      code: 'port-taken',
      kind: 'conflict',
      message: `${settings.app} cannot listen on ${settings.host}:${settings.port}: another program has that port`,
      remedy: 'end that program, or choose other ports with --port-base (MILLRACE_PORT_BASE)',
      cause: thrown,
    });
  }
  return nest;
}

async function startLoops<Input extends TypedInput>(
  wiring: EngineWiring<Input>,
  parts: ServiceParts<Input>,
  database: Database,
  transport: JetStreamServer,
  bus: BusConnection,
  log: Logger,
  closers: Closers,
): Promise<void> {
  const { engine, relay } = wiring;
  const works = new WorkRunner<Input>(database, engine, parts.works, {
    retry: (kind, key, attempt, fault) =>
      log.warn({ kind, key, attempt, code: fault.code, reason: fault.message }, 'a call is tried again'),
    unknown: (kind) => log.error({ kind }, 'a call of an unknown kind waits: a newer program made it'),
  });
  const deadlines = new Deadlines<Input>(database, engine, () => transport.caughtUp());
  wiring.wakeWork = () => works.wake();
  wiring.wakeDeadlines = () => deadlines.wake();
  closers.push(() => works.stop());
  closers.push(() => deadlines.stop());
  await works.start(database.kind === 'sqlite');
  deadlines.start();
  relay.wake();
  await engine.resume();
  await engine.retryParked();
  const verify = (): void =>
    void relay.verify().catch((err: unknown) => log.warn({ err }, 'the bus could not be verified'));
  verify();
  const timers = [
    setInterval(verify, 30_000),
    setInterval(() => void engine.retryParked().catch(() => undefined), 30_000),
    setInterval(
      () => void prune(database, engine.app, Date.now()).catch((err: unknown) => log.warn({ err }, 'old rows stay')),
      3_600_000,
    ),
  ];
  closers.push(() => timers.forEach((timer) => clearInterval(timer)));
  void watchConnection(bus, () => {
    deadlines.hold();
    verify();
    relay.wake();
  });
  await parts.start?.();
}

/** After an outage of the bus: what it forgot is sent again, and timers wait until its backlog is read. */
async function watchConnection(bus: BusConnection, reconnected: () => void): Promise<void> {
  for await (const status of bus.nats.status()) if (String(status.type) === 'reconnect') reconnected();
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
