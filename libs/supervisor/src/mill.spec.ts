import { createServer } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@millrace/testing';
import { startMill, type Mill, type MillEvent, type MillOptions } from './mill';
import { findPortBase, isPortFree } from './ports';

let dir: string;
let portBase: number;
let mill: Mill | null;
let events: MillEvent[];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-mill-'));
  portBase = await findPortBase(await freePort());
  mill = null;
  events = [];
});
afterEach(async () => {
  await mill?.end();
  rmSync(dir, { recursive: true });
});

async function start(options: Partial<MillOptions> = {}): Promise<Mill> {
  const given = {
    data: dir,
    portBase,
    user: 'ada',
    env: process.env,
    tell: (event: MillEvent) => void events.push(event),
  };
  mill = await startMill({ ...given, ...options });
  return mill;
}

test('a service and its server come up, are started again when they are killed, and end together', async () => {
  const { children, folder, end } = await start({ apps: ['notifier'] });
  expect(children.map((child) => child.name)).toEqual(['nats-server', 'notifier']);
  expect(events.filter((e) => e.kind === 'ready').map((e) => e.name)).toEqual(['nats-server', 'notifier']);
  expect(readFileSync(folder.tokenFile, 'utf8')).toMatch(/^mr_/);
  for (const file of [folder.tokenFile, folder.tokensFile, folder.natsConfig])
    expect(statSync(file).mode & 0o077).toBe(0);
  for (const child of children) process.kill(child.pid()!, 'SIGKILL');
  for (let tries = 0; !(await answers(portBase + 4)); tries++) {
    if (tries > 200) throw new Error(children[1]!.tail().join('\n'));
    await new Promise((done) => setTimeout(done, 50));
  }
  expect(children.map((child) => child.starts())).toEqual([2, 2]);
  await end();
  expect(children.map((child) => child.pid())).toEqual([null, null]);
  expect(await isPortFree(portBase)).toBe(true);
}, 60_000);

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    (response) => response.ok,
    () => false,
  );
}

test('the local token stays the same from start to start', async () => {
  const first = await start({ apps: [] });
  const token = readFileSync(first.folder.tokenFile, 'utf8');
  await first.end();
  await start({ apps: [] });
  expect(readFileSync(first.folder.tokenFile, 'utf8')).toBe(token);
});

test('a taken port is named before anything is started', async () => {
  const other = createServer().listen(portBase + 2, '127.0.0.1');
  await new Promise((done) => other.once('listening', done));
  const told = start({ apps: ['scheduler'] });
  await expect(told).rejects.toMatchObject({
    code: 'port-taken',
    message: expect.stringContaining(`port ${portBase + 2} on 127.0.0.1, which scheduler needs`) as string,
    remedy: expect.stringContaining('--port-base') as string,
  });
  expect(events).toEqual([]);
  await new Promise((done) => other.close(done));
});

test('a start that is given up leaves nothing behind', async () => {
  const ending = new AbortController();
  ending.abort();
  await expect(start({ apps: ['notifier'], signal: ending.signal })).rejects.toMatchObject({ code: 'start-given-up' });
  expect(await isPortFree(portBase)).toBe(true);
});
