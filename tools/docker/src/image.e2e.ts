import { eventually, freePort, startTestNats, type TestNats } from '@millrace/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { environmentOf, performDockerfile } from './perform';

const root = resolve(__dirname, '../../..');
const text = readFileSync(join(root, 'docker/Dockerfile'), 'utf8');
const app = 'notifier';
let site: string;
let image: string;
let nats: TestNats | undefined;
let service: ChildProcess | undefined;
let port: number;
let words = '';

beforeAll(async () => {
  site = mkdtempSync(join(tmpdir(), 'millrace-image-'));
  image = join(site, 'run');
  performDockerfile(text, { root, app, folderOf: (stage) => join(site, stage) });
  nats = await startTestNats();
  port = await freePort();
  service = spawn(process.execPath, ['app/dist/main.js'], {
    cwd: image,
    env: {
      PATH: process.env.PATH,
      ...environmentOf(text),
      MILLRACE_DATA: join(site, 'data'),
      MILLRACE_HOST: '127.0.0.1',
      MILLRACE_PORT: String(port),
      MILLRACE_NATS_URL: nats.url,
    },
  });
  for (const stream of [service.stdout!, service.stderr!]) stream.on('data', (chunk) => (words += chunk));
}, 900_000);

afterAll(async () => {
  service?.kill('SIGKILL');
  await nats?.stop();
  rmSync(site, { recursive: true, force: true });
});

test("the Dockerfile's own steps give a service that becomes ready, alone", async () => {
  const healthy = async (): Promise<boolean> => {
    if (service!.exitCode !== null) throw new Error(`it ended:\n${words}`);
    return (await status('/healthz')) === 200;
  };
  await eventually(healthy, '/healthz answers 200', 60_000);
  expect(await status('/readyz')).toBe(200);
  expect(await status('/openapi.json')).toBe(200);
  expect(await status('/no-such-page')).toBe(404);
}, 120_000);

test('the image holds this service alone, and no tools of development', () => {
  expect(existsSync(join(image, 'apps', app, 'dist/main.js'))).toBe(true);
  expect(existsSync(join(image, 'apps/scheduler'))).toBe(false);
  expect(existsSync(join(image, 'node_modules/typescript'))).toBe(false);
  expect(existsSync(join(image, 'node_modules/nx'))).toBe(false);
  expect(lstatSync(join(image, 'app')).isSymbolicLink()).toBe(true);
});

test('it ends by itself on SIGTERM', async () => {
  await eventually(() => words.includes('"msg":"ready"'), 'it says that it is ready', 60_000);
  const ended = new Promise((done) => service!.once('exit', done));
  service!.kill('SIGTERM');
  expect(await ended).toBe(0);
}, 90_000);

async function status(path: string): Promise<number> {
  return fetch(`http://127.0.0.1:${port}${path}`).then(
    (response) => response.status,
    () => 0,
  );
}
