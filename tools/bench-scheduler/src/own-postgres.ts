import { freePort } from '@millrace/testing';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface OwnPostgres {
  readonly url: string;
  /** SIGKILL of the whole server, and a start on the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A PostgreSQL of our own, on loopback, in a folder of its own; null: there is none here, or nobody to run it as. */
export async function startOwnPostgres(): Promise<OwnPostgres | null> {
  const programs = folderOfPrograms();
  const user = ordinaryUser();
  if (!programs || !user) return null;
  const folder = mkdtempSync(join(tmpdir(), 'millrace-crash-postgres-'));
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const argv = ['-D', data, '-U', 'millrace', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'];
  const made = spawnSync(join(programs, 'initdb'), argv, { ...user, cwd: folder, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr || String(made.error));
  const port = await freePort();
  const start = (): Promise<ChildProcess> => started(join(programs, 'postgres'), { data, folder, port, user });
  let server = await start();
  return {
    url: `postgres://millrace@127.0.0.1:${port}/postgres`,
    restart: async () => {
      await killed(server);
      server = await start();
    },
    stop: async () => {
      await killed(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Place {
  readonly data: string;
  readonly folder: string;
  readonly port: number;
  readonly user: User;
}

/** Tried again while processes of the killed server still hold its memory. */
async function started(program: string, { data, folder, port, user }: Place): Promise<ChildProcess> {
  const argv = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder];
  for (let left = 50; ; left--) {
    const server = spawn(program, argv, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    const words = await firstWords(server);
    if (words === null) return server;
    if (left === 0) throw new Error(words);
    await sleep(200);
  }
}

/** null: it accepts connections; else what it said before it ended. */
function firstWords(server: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    let words = '';
    server.stderr!.on('data', (chunk) => {
      words = `${words}${chunk}`.slice(-2000);
      if (words.includes('ready to accept connections')) resolve(null);
    });
    server.once('exit', () => resolve(words));
  });
}

async function killed(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGKILL');
  await ended;
}

interface User {
  readonly uid?: number;
  readonly gid?: number;
}

/** PostgreSQL refuses to run as root. */
function ordinaryUser(): User | null {
  if (process.getuid?.() !== 0) return {};
  const ids = ['-u', '-g'].map((flag) => spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  const [uid, gid] = ids.map(({ status, stdout }) => (status === 0 ? Number(stdout) : NaN));
  return Number.isNaN(uid) ? null : { uid: uid!, gid: gid! };
}

function folderOfPrograms(): string | undefined {
  const versions = '/usr/lib/postgresql';
  const installed = existsSync(versions) ? readdirSync(versions).map((name) => join(versions, name, 'bin')) : [];
  const places = [...installed.reverse(), ...(process.env['PATH'] ?? '').split(delimiter)];
  return places.find(
    (place) => place !== '' && existsSync(join(place, 'initdb')) && existsSync(join(place, 'postgres')),
  );
}
