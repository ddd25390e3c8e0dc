// A private PostgreSQL for the suites of the store: own data folder, own port on loopback, gone afterwards.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, chmodSync, chownSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { atEnd } from './command.mjs';

/** Starts it and sets MILLRACE_TEST_POSTGRES for what is run from here. Says what it did, or why there is none. */
export async function startPostgres() {
  if (process.env.MILLRACE_TEST_POSTGRES) return { says: '- PostgreSQL: the one of MILLRACE_TEST_POSTGRES' };
  const programs = folderOfPrograms();
  if (!programs) return { says: '- PostgreSQL: not installed, its suites are SKIPPED' };
  const user = ordinaryUser();
  if (!user) return { says: '- PostgreSQL: no ordinary user to run it as, its suites are SKIPPED' };
  try {
    return { says: `- PostgreSQL: private, on port ${await start(programs, user)}` };
  } catch (error) {
    return { says: `- PostgreSQL: could not be started (${error.message.trim()}), its suites are SKIPPED` };
  }
}

async function start(programs, user) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-postgres-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const password = randomBytes(12).toString('hex');
  const port = await freePort();
  chmodSync(folder, 0o700);
  const secret = join(folder, 'password');
  writeFileSync(secret, password, { mode: 0o600 });
  if (user.uid !== undefined) for (const path of [folder, secret]) chownSync(path, user.uid, user.gid);

  const data = join(folder, 'data');
  const made = spawnSync(
    join(programs, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'millrace',
      '--auth=scram-sha-256',
      `--pwfile=${secret}`,
      '-E',
      'UTF8',
      '--no-locale',
      '--no-sync',
    ],
    { ...user, cwd: folder, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(made.stderr || String(made.error));
  const argv = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder, '-c', 'fsync=off'];
  const server = spawn(join(programs, 'postgres'), argv, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  atEnd(() => ended(server));
  await ready(server);
  process.env.MILLRACE_TEST_POSTGRES = `postgres://millrace:${password}@127.0.0.1:${port}/postgres`;
  return port;
}

function ready(server) {
  return new Promise((done, fail) => {
    let words = '';
    server.stderr.on('data', (chunk) => {
      words += chunk;
      if (words.includes('ready to accept connections')) done();
    });
    server.on('error', fail);
    server.on('exit', () => fail(new Error(words.slice(-500))));
  });
}

function ended(server) {
  if (server.exitCode !== null) return Promise.resolve();
  return new Promise((done) => {
    server.on('exit', done);
    server.kill('SIGINT');
  });
}

function folderOfPrograms() {
  const versions = (parent, below) =>
    existsSync(parent)
      ? readdirSync(parent)
          .map((name) => join(parent, name, below))
          .reverse()
      : [];
  const places = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions('/usr/lib/postgresql', 'bin'),
    '/usr/pgsql/bin',
  ];
  return places.find((place) => place && existsSync(join(place, 'initdb')) && existsSync(join(place, 'postgres')));
}

/** PostgreSQL refuses to run as root: then its own user is taken, or nobody. */
function ordinaryUser() {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    const ids = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
    if (ids.every((id) => id.status === 0)) return { uid: Number(ids[0].stdout), gid: Number(ids[1].stdout) };
  }
  return null;
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
