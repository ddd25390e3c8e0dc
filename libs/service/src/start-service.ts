import { mkdirSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { JetStreamServer, askOver, closeBus, connectBus, ensureStream, type BusConnection } from '@millrace/bus';
import { keepDeadLetter, type TypedInput } from '@millrace/engine';
import { moment } from '@millrace/kernel';
import { Database, migrate, readersOn, type Tables } from '@millrace/store';
import type { Type } from '@nestjs/common';
import type { Logger } from 'pino';
import { holdAlone } from './alone';
import { checksOf } from './checks';
import { commonDoorsOf } from './common-parts';
import type { ServiceContext, ServiceDefinition, ServiceParts } from './definition';
import { DoorDesk, refusalError } from './door-desk';
import { bury, wireEngine, type EngineWiring } from './engine-wiring';
import { healthController } from './health';
import { createLog } from './log';
import { startLoops } from './loops';
import { createMetrics, type Metrics } from './metrics';
import { remembers } from './remembers';
import { doorsController, inboundController } from './nest-controllers';
import { readSettings, type Environment, type Settings } from './settings';
import { listen, startNest } from './start-nest';
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

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
