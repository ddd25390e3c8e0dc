import { mkdirSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { JetStreamServer, askOver, closeBus, connectBus, ensureStream, type BusConnection } from '@millrace/bus';
import { keepDeadLetter, type TypedInput } from '@millrace/engine';
import { AppError, moment } from '@millrace/kernel';
import { Database, migrate, readersOn, type Tables } from '@millrace/store';
import { Module, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from 'pino';
import { holdAlone } from './alone';
import { useBodyParsers } from './body-parsers';
import { commonDoorsOf } from './common-parts';
import type { ServiceContext, ServiceDefinition, ServiceParts } from './definition';
import { DoorDesk, refusalError } from './door-desk';
import { bury, wireEngine, type EngineWiring } from './engine-wiring';
import { healthController, type Check } from './health';
import { createLog, nestLogger } from './log';
import { startLoops } from './loops';
import { createMetrics, type Metrics } from './metrics';
import { remembers } from './remembers';
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
export type Closers = (() => Promise<void> | void)[];

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
    for (const close of closers.splice(0).reverse()) {
      try {
        await close();
      } catch (err) {
        log.warn({ err }, 'a part did not stop cleanly');
      }
    }
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
  closers.push(() => closeBus(bus));
  await ensureStream(bus.manager, app);
  const wiring = wireEngine(definition, database, bus, log, closers);
  const { engine, relay, deadLetters } = wiring;
  const tokens = new Tokens(settings.tokensFile);
  const parts = await definition.setUp(
    contextOf(definition, settings, log, { engine: wiring.engine, bus, database, tokens }),
  );
  if (parts.stop) closers.push(() => parts.stop!());
  const transport = transportOf(definition, bus, wiring, database, log);
  const metrics = serviceMetrics(definition, wiring, transport, parts.gauges);
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
      replay: parts.replay,
    }),
  ];
  const desk = new DoorDesk<Input>(engine as never, tokens, isLoopback(settings.host));
  const controllers = [
    healthController(app, version, checksOf(database, bus), metrics.registry, parts.alerts),
    inboundController(definition.hears, (input, envelope) => wiring.hear(input, envelope)),
    doorsController(doors as never, desk),
    ...((parts.controllers ?? []) as Type[]),
  ];
  const nest = await startNest(controllers, parts, transport, settings, log, closers);
  await startLoops(wiring, parts, { database, transport, bus, log, closers });
  // Only what works answers: a service that is asked is ready.
  await listen(nest, settings);
  return ((nest.getHttpServer() as HttpServer).address() as AddressInfo).port;
}

interface ContextParts<Input extends TypedInput> {
  readonly engine: EngineWiring<Input>['engine'];
  readonly bus: BusConnection;
  readonly database: Database;
  readonly tokens: Tokens;
}

function contextOf<T extends Tables, Input extends TypedInput, Config>(
  { app, machine }: ServiceDefinition<T, Input, Config>,
  { config, dataDir, host }: Settings<Config>,
  log: Logger,
  { engine, bus, database, tokens }: ContextParts<Input>,
): ServiceContext<T, Input, Config> {
  return {
    config,
    log,
    read: readersOn(database.reader, app, machine.tables, database.memory),
    asker: { ask: (door, request) => askOver(bus.nats, door, request) },
    take: async (input, meta) => {
      const taken = await engine.take(input, { ...meta, source: `${app}/own` });
      if (taken.status === 'refused') throw refusalError(taken.refusal);
      return taken.status === 'parked' ? null : taken.reply;
    },
    dataDir,
    whose: (token) => tokens.whose(token),
    onLoopback: isLoopback(host),
    bury: (letter) =>
      database.transaction((tx) => keepDeadLetter(tx, app, { ...letter, attempts: 1, at: moment(Date.now()) })),
  };
}

function transportOf<T extends Tables, Input extends TypedInput, Config>(
  { app, hears }: ServiceDefinition<T, Input, Config>,
  bus: BusConnection,
  { relay }: EngineWiring<Input>,
  database: Database,
  log: Logger,
): JetStreamServer {
  return new JetStreamServer({
    app,
    version,
    bus,
    bury: (message) => bury(database, app, message, log),
    remembers: (message) => remembers(database, app, hears, message),
    log: {
      setBack: (consumer) =>
        log.warn({ consumer }, 'the database is older than the bus; all that the bus still has is read again'),
      restored: (consumer) => {
        log.warn({ consumer }, 'the bus had forgotten a consumer; it reads from the start');
        void relay.verify().catch((err: unknown) => log.warn({ err }, 'the bus could not be verified'));
      },
      failed: (what, err) => log.warn({ what, err }, 'the transport failed and goes on'),
      retry: (subject, attempt, fault) =>
        log.warn({ subject, attempt, code: fault.code, reason: fault.message }, 'a message is tried again'),
    },
  });
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

function serviceMetrics<T extends Tables, Input extends TypedInput, Config>(
  definition: ServiceDefinition<T, Input, Config>,
  { engine, relay, deadLetters }: EngineWiring<Input>,
  transport: JetStreamServer,
  own: ServiceParts<Input>['gauges'],
): Metrics {
  const gauges = {
    outbox_waiting: { help: 'Events that wait to be published', value: () => relay.waiting() },
    dead_letters: { help: 'Dead letters that nobody has replayed or dropped', value: () => deadLetters.count() },
    inputs_waiting: { help: 'Inputs that wait in memory', value: () => Promise.resolve(engine.waiting) },
  };
  return createMetrics(definition.app, gauges, () => transport.lags(), own);
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
        const answers = bus.manager.getAccountInfo().then(() => null, String);
        return Promise.race([answers, silence(2000)]);
      },
    },
  ];
}

/** A probe must not wait as long as a service would. */
function silence(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve(`no answer within ${ms} ms`), ms).unref());
}

type Incoming = Pick<ServiceParts<TypedInput>, 'largestBodies' | 'unreadBodies' | 'origins'>;

async function startNest<Config>(
  controllers: readonly Type[],
  { largestBodies = {}, unreadBodies = [], origins = [] }: Incoming,
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
    // Signatures of webhooks are made over the bytes as they came.
    rawBody: true,
    abortOnError: false,
  });
  useBodyParsers(nest, largestBodies, unreadBodies);
  nest.use(guardLoopback(settings.host, origins));
  nest.useGlobalFilters(new ProblemFilter(log));
  nest.connectMicroservice({ strategy: transport }, { inheritAppConfig: true });
  closers.push(() => nest.close());
  await nest.startAllMicroservices();
  return nest;
}

async function listen<Config>(nest: INestApplication, settings: Settings<Config>): Promise<void> {
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
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
