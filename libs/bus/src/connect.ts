import { readFileSync } from 'node:fs';
import { AppError } from '@millrace/kernel';
import { connect, type JetStreamManager, type NatsConnection } from 'nats';
import { within } from './within';

export interface BusSettings {
  /** One or more addresses, `nats://127.0.0.1:4100`. */
  readonly servers: readonly string[];
  /** Shown by the server's monitoring. */
  readonly name: string;
  readonly user?: string | undefined;
  readonly passwordFile?: string | undefined;
}

export interface BusConnection {
  readonly nats: NatsConnection;
  readonly manager: JetStreamManager;
}

/** Connects and checks that JetStream is there. Reconnects by itself for ever afterwards, refused logins included. */
export async function connectBus(settings: BusSettings): Promise<BusConnection> {
  const servers = settings.servers.join(', ');
  const pass = settings.passwordFile ? readPassword(settings.passwordFile) : undefined;
  const nats = await connect({
    servers: [...settings.servers],
    name: settings.name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    timeout: 5000,
    pingInterval: 10_000,
    ignoreAuthErrorAbort: true,
    // A stack trace for each request would cost more than the request.
    noAsyncTraces: true,
    ...(settings.user === undefined ? {} : { user: settings.user }),
    ...(pass === undefined ? {} : { pass }),
  }).catch((thrown: Error & { code?: string }) => {
    throw new AppError({
      code: thrown.code === 'AUTHORIZATION_VIOLATION' ? 'bus-forbidden' : 'bus-unreachable',
      kind: 'unavailable',
      message: `no connection to NATS at ${servers}: ${thrown.message}`,
      remedy:
        thrown.code === 'AUTHORIZATION_VIOLATION'
          ? `check the user ${settings.user ?? '(none)'} and its password file against the server's configuration`
          : 'start nats-server there (`millrace up` does), or set MILLRACE_NATS_URL',
      cause: thrown,
    });
  });
  try {
    const manager = await nats.jetstreamManager({ timeout: 10_000 });
    await manager.getAccountInfo();
    return { nats, manager };
  } catch (thrown) {
    await nats.close();
    throw new AppError({
      code: 'jetstream-missing',
      kind: 'unavailable',
      message: `NATS at ${servers} answers, but JetStream is not enabled there: ${(thrown as Error).message}`,
      remedy: 'start nats-server with -js and a store folder (-sd), or let `millrace up` start one',
      cause: thrown,
    });
  }
}

/** Sends what waits and closes; a server that is away is not waited for. */
export async function closeBus({ nats }: BusConnection): Promise<void> {
  if (nats.isClosed()) return;
  await within(2000, nats.drain());
  await nats.close();
}

function readPassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (thrown) {
    throw new AppError({
      code: 'bus-password-unreadable',
      kind: 'invalid',
      message: `the password for NATS cannot be read: ${(thrown as Error).message}`,
      remedy: 'point MILLRACE_NATS_PASSWORD_FILE at a file that this user may read',
      cause: thrown,
    });
  }
}
