import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '@millrace/testing';
import { findPortBase, isPortFree } from '@millrace/supervisor';

const bin = resolve(__dirname, '../bin/millrace.cjs');
const definition = `release: r
title: R
product_version: r-1
mode: act
build_systems: { rpm: local-rpm }
sources: { rpm: { git: rpms } }
gates: []
people: { ada: { mail: ada@example.org } }
owners: []
releng: [ada]
`;

let dir: string;
let portBase: number;
let mill: ChildProcess;
let said = '';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function millrace(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const where = ['--data', join(dir, 'data'), '--port-base', String(portBase)];
  return new Promise((done) => {
    execFile(process.execPath, [bin, ...args, ...where], { env: { ...process.env, ...env } }, (error, out, err) =>
      done({ code: error ? Number(error.code) : 0, out: out.trim(), err: err.trim() }),
    );
  });
}

async function json<T>(...args: string[]): Promise<T> {
  const { out } = await millrace([...args, '--json']);
  return JSON.parse(out) as T;
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-cli-'));
  portBase = await findPortBase(await freePort());
  mkdirSync(join(dir, 'rpms'));
  writeFileSync(join(dir, 'r.yaml'), definition);
  mill = spawn(process.execPath, [
    bin,
    'up',
    '--config',
    dir,
    '--data',
    join(dir, 'data'),
    '--port-base',
    String(portBase),
  ]);
  await new Promise<void>((done, fail) => {
    mill.stderr!.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Ctrl-C ends it')) done();
    });
    mill.once('exit', (code) => fail(new Error(`up ended with ${code}:\n${said}`)));
  });
}, 60_000);

afterAll(async () => {
  if (mill.exitCode === null) {
    mill.kill('SIGKILL');
    await new Promise((done) => mill.once('exit', done));
  }
  rmSync(dir, { recursive: true, force: true });
}, 30_000);

test('everything is up, and the definition beside it is applied', async () => {
  expect(said).toContain('release r: revision 1');
  const { services } = await json<{ services: { app: string; problem: string | null }[] }>('status');
  expect(services.map(({ app, problem }) => [app, problem])).toEqual(
    ['resolver', 'scheduler', 'ci-bridge', 'notifier', 'harvester'].map((app) => [app, null]),
  );
  const history = await json<{ revision: number; by: string }[]>('release', 'history');
  expect(history).toHaveLength(1);
  expect(history[0]!.by).not.toBe('');
});

test('a definition is compared, applied, and not applied twice', async () => {
  const file = join(dir, 'next.yml');
  writeFileSync(file, definition.replace('title: R', 'title: The next'));
  expect((await millrace(['release', 'diff', file])).out).toContain('+ "The next"');
  expect((await millrace(['release', 'apply', file])).out).toBe('release r has revision 2');
  expect((await millrace(['release', 'apply', file])).out).toBe('release r is as it was: revision 2');
  expect((await millrace(['release', 'show', '--revision', '1'])).out).toContain('title: R');
});

test('what is wrong with a file is told with its place, and nothing is applied', async () => {
  const file = join(dir, 'wrong.yml');
  writeFileSync(file, definition.replace('mode: act', 'mode: go'));
  const { code, out, err } = await millrace(['release', 'apply', file]);
  expect([code, out]).toEqual([1, expect.stringMatching(new RegExp(`^${file}:4:1: mode: `)) as string]);
  expect(err).toContain('what to do');
  expect(await json<unknown[]>('release', 'history')).toHaveLength(2);
});

test('who may do what: a token opens what its role allows, until it is revoked', async () => {
  const { token } = await json<{ token: string }>('token', 'create', 'bea', '--role', 'read');
  const asBea = { MILLRACE_TOKEN: token };
  expect(await millrace(['cascade', 'start', '--all'], asBea)).toMatchObject({
    code: 1,
    err: expect.stringContaining('bea has read') as string,
  });
  expect((await millrace(['token', 'revoke', 'bea'])).code).toBe(0);
  expect((await millrace(['cascade', 'start', '--all'], asBea)).err).toContain('needs a token');
  expect((await millrace(['token', 'list'])).out).not.toContain(token);
});

test.each([
  [['cascade', 'list'], 'no cascades'],
  [['build', 'list'], 'no builds'],
  [['compose', 'list'], 'no composes'],
  [['notice', 'list'], 'no notices'],
  [['dead-letters', 'list'], 'no dead letters'],
  [['gate', 'show'], 'no verdicts'],
])('millrace %j answers', async (args, text) => {
  expect(await millrace(args)).toEqual({ code: 0, out: text, err: '' });
});

test.each([
  ['cascade', 'show', 'c-none'],
  ['compose', 'show', 'none'],
  ['dead-letters', 'show', 'none'],
  ['build', 'log', 'none'],
  ['change', 'rpm/nothing', '--release=r'],
])('millrace %s %s %s: what is unknown is named, with what to do', async (...args) => {
  const { code, err } = await millrace(args);
  expect([code, err]).toEqual([1, expect.stringMatching(/(none|nothing)[^]*what to do: ./) as string]);
});

test('the doctor finds the mill up, and a second one is told whose ports are taken', async () => {
  const findings = await json<{ what: string; verdict: string }[]>('doctor');
  expect(findings.filter((finding) => finding.verdict === 'wrong')).toEqual([]);
  expect(findings).toContainEqual(expect.objectContaining({ what: 'bus', verdict: 'right' }));
  const { code, err } = await millrace(['up']);
  expect([code, err]).toEqual([1, expect.stringContaining(`port ${portBase} on 127.0.0.1`) as string]);
});

test('a server without JetStream is told apart from none', async () => {
  const port = await freePort();
  const info = createServer((socket) => socket.end('INFO {"version":"2.9.10"}\r\n')).listen(port, '127.0.0.1');
  const { out, code } = await millrace(['doctor'], { NATS_URL: `nats://127.0.0.1:${port}` });
  expect([code, out]).toEqual([1, expect.stringContaining('has no JetStream') as string]);
  await new Promise((done) => info.close(done));
});

test('a service that is killed comes up again', async () => {
  const line = /"pid":(\d+)/.exec(readFileSync(join(dir, 'data', 'logs', 'notifier.log'), 'utf8'));
  process.kill(Number(line![1]), 'SIGKILL');
  for (let tries = 0; !/notifier was started again/.test(said); tries++) {
    if (tries > 200) throw new Error(said);
    await new Promise((done) => setTimeout(done, 50));
  }
  for (let tries = 0; (await millrace(['status'])).code !== 0; tries++) if (tries > 40) throw new Error(said);
});

test('SIGTERM ends everything, with 0', async () => {
  const ended = new Promise((done) => mill.once('exit', done));
  mill.kill('SIGTERM');
  expect(await ended).toBe(0);
  for (let n = 0; n < 6; n++) expect(await isPortFree(portBase + n)).toBe(true);
  expect(await millrace(['status'])).toMatchObject({ code: 3, err: expect.stringContaining('millrace up') as string });
});
