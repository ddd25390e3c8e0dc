import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface TestNats {
  readonly url: string;
  readonly port: number;
  /** SIGKILL, and wait until it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port; `forget`: with an empty JetStream folder. */
  restart(forget?: boolean): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A port of loopback that nobody has now, below those that the system hands out by itself (from 32768 on Linux): a
 * port of those may go to anybody's connection before a server listens there, or while it is being started again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => done(true)));
  });
}

function natsBinary(): string {
  const dirs = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/usr/local/bin',
    '/opt/homebrew/bin',
  ];
  const found = dirs.map((dir) => join(dir, 'nats-server')).find((file) => existsSync(file));
  if (!found) throw new Error('nats-server is not installed: run `npm run setup`');
  return found;
}

/** A real nats-server with JetStream in a folder of its own. `more`: further arguments of its command line. */
export async function startTestNats(jetStream = true, more: readonly string[] = []): Promise<TestNats> {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'millrace-nats-'));
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    const flags = jetStream ? ['-js', '-sd', dir] : [];
    child = spawn(natsBinary(), ['-a', '127.0.0.1', '-p', String(port), ...flags, ...more], { stdio: 'ignore' });
    await reachable(port);
  };
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    kill,
    restart: async (forget = false) => {
      await kill();
      if (forget) rmSync(join(dir, 'jetstream'), { recursive: true, force: true });
      await start();
    },
    stop: async () => {
      await kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function reachable(port: number): Promise<void> {
  for (let n = 0; n < 200; n++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connectTcp(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing answers on port ${port}`);
}

/** Waits until the condition holds, at most `ms`. */
export async function eventually(holds: () => Promise<boolean> | boolean, what: string, ms = 15_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`it did not come to be within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
