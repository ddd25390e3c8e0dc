import type { BusConnection, JetStreamServer } from '@millrace/bus';
import { Deadlines, WorkRunner, prune, type TypedInput } from '@millrace/engine';
import type { Database } from '@millrace/store';
import type { Logger } from 'pino';
import type { ServiceParts } from './definition';
import type { EngineWiring } from './engine-wiring';
import type { Closers } from './start-service';

export interface Surroundings {
  readonly database: Database;
  readonly transport: JetStreamServer;
  readonly bus: BusConnection;
  readonly log: Logger;
  readonly closers: Closers;
}

/** Starts what runs beside the doors: calls, timers, the relay's look at the bus, second chances and pruning. */
export async function startLoops<Input extends TypedInput>(
  wiring: EngineWiring<Input>,
  parts: ServiceParts<Input>,
  around: Surroundings,
): Promise<void> {
  const { engine, relay } = wiring;
  const { database, transport, bus, log, closers } = around;
  const works = new WorkRunner<Input>(database, engine, parts.works, {
    retry: (kind, key, attempt, fault) =>
      log.warn({ kind, key, attempt, code: fault.code, reason: fault.message }, 'a call is tried again'),
    unknown: (kind) => log.error({ kind }, 'a call of an unknown kind waits: a newer program made it'),
  });
  const deadlines = new Deadlines<Input>(database, engine, () => transport.caughtUp());
  wiring.wakeWork = () => works.wake();
  wiring.places = works.places;
  wiring.wakeDeadlines = () => deadlines.wake();
  closers.push(() => works.stop());
  closers.push(() => deadlines.stop());
  await works.start(database.kind === 'sqlite');
  deadlines.start();
  relay.wake();
  const warn = (what: string) => (err: unknown) => log.warn({ err }, what);
  const verify = (): void => void relay.verify().catch(warn('the bus could not be verified'));
  const takeUp = (): void => {
    void engine.resume().catch(warn('what was left could not be read'));
    void engine.retryParked().catch(warn('what is parked could not be read'));
  };
  const tidy = (): void => void prune(database, engine.app, Date.now()).catch(warn('old rows stay'));
  for (const first of [takeUp, verify, tidy]) first();
  const timers = [setInterval(verify, 30_000), setInterval(takeUp, 30_000), setInterval(tidy, 3_600_000)];
  closers.push(() => timers.forEach((timer) => clearInterval(timer)));
  void watchConnection(bus, {
    lost: () => deadlines.hold(),
    back: () => {
      deadlines.hold();
      verify();
      relay.wake();
    },
  });
  await parts.start?.();
}

/**
 * While the bus is away and until its backlog is read, timers wait: what would have stopped them may be on its way.
 * Afterwards what it forgot is sent again.
 */
async function watchConnection(bus: BusConnection, then: { lost(): void; back(): void }): Promise<void> {
  for await (const status of bus.nats.status()) {
    if (String(status.type) === 'disconnect') then.lost();
    if (String(status.type) === 'reconnect') then.back();
  }
}
