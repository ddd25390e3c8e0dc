import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepAlive, type Child, type ChildEvent } from './child';

let dir: string;
let child: Child | null = null;
let events: ChildEvent[];
let hear: (event: ChildEvent) => void;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-child-'));
  events = [];
});
afterEach(async () => {
  await child?.end();
  rmSync(dir, { recursive: true });
});

function start(script: string): Child {
  child = keepAlive(
    { name: 'it', argv: [process.execPath, '-e', script], cwd: dir, env: process.env, logFile: join(dir, 'it.log') },
    (event) => {
      events.push(event);
      hear(event);
    },
  );
  return child;
}

/** The first event from now on, or of those before, that the question is true of. */
function event(wanted: (event: ChildEvent) => boolean): Promise<ChildEvent> {
  return new Promise((done) => {
    hear = (heard) => (wanted(heard) ? done(heard) : undefined);
    const known = events.find(wanted);
    if (known) done(known);
  });
}

const forever = 'console.log("up"); setInterval(() => undefined, 1000);';

beforeEach(() => (hear = () => undefined));

test('one that is killed is started again, and its words are kept', async () => {
  const it = start(forever);
  await event((e) => e.kind === 'line' && e.line === 'up');
  const first = it.pid()!;
  process.kill(first, 'SIGKILL');
  expect(await event((e) => e.kind === 'died')).toMatchObject({ how: 'was ended by SIGKILL', againInMs: 200 });
  await event((e) => e.kind === 'started' && e.starts === 2);
  expect(it.pid()).not.toBe(first);
  await event((e) => e.kind === 'line' && events.filter((x) => x.kind === 'line').length === 2);
  await it.end();
  expect(readFileSync(join(dir, 'it.log'), 'utf8')).toBe('up\nup\n');
});

test('one that keeps dying is started again after longer and longer pauses, and its last words are there', async () => {
  const it = start('console.error("no luck"); process.exit(7);');
  await event((e) => e.kind === 'died' && e.againInMs === 800);
  const pauses = events.flatMap((e) => (e.kind === 'died' ? [e.againInMs] : []));
  expect(pauses).toEqual([200, 400, 800]);
  expect(it.tail().at(-1)).toBe('no luck');
  await it.end();
  const starts = it.starts();
  await new Promise((done) => setTimeout(done, 1000));
  expect(it.starts()).toBe(starts);
});

test('one that is ended ends, and is not started again', async () => {
  const it = start(forever);
  await event((e) => e.kind === 'line');
  await it.end();
  expect(it.pid()).toBeNull();
  expect(events.map((e) => e.kind)).toEqual(['started', 'line', 'ended']);
});

test('a program that is not there is said, not thrown', async () => {
  child = keepAlive(
    { name: 'it', argv: [join(dir, 'nothing')], cwd: dir, env: {}, logFile: join(dir, 'it.log') },
    (e) => {
      events.push(e);
      hear(e);
    },
  );
  expect(await event((e) => e.kind === 'died')).toMatchObject({ how: expect.stringContaining('ENOENT') as string });
});

test('when the supervisor itself comes to a sudden end, its children end too', async () => {
  const script = `
    const { keepAlive } = require(process.argv[1]);
    const argv = [process.execPath, '-e', 'setInterval(() => undefined, 1000)'];
    const child = keepAlive({ name: 'it', argv, cwd: '.', env: process.env, logFile: 'it.log' }, () => undefined);
    console.log(child.pid());
    setTimeout(() => { throw new Error('sudden'); }, 100);
  `;
  const built = join(__dirname, '..', 'dist', 'child.js');
  const { stdout, code } = await new Promise<{ stdout: string; code: unknown }>((done) => {
    execFile(process.execPath, ['-e', script, built], { cwd: dir }, (error, out) =>
      done({ stdout: out, code: error?.code }),
    );
  });
  expect(code).toBe(1);
  const pid = Number(stdout);
  for (let tries = 0; isAlive(pid); tries++) {
    if (tries > 100) throw new Error(`process ${pid} still lives`);
    await new Promise((done) => setTimeout(done, 50));
  }
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
