import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@millrace/testing';
import { connect, type NatsConnection } from 'nats';
import { keepAlive, type Child } from './child';
import { natsUsers, type NatsUser } from './nats-permissions';
import { findNatsServer, natsConfigText } from './nats-server';
import { natsInfo } from './ports';

const passwords = Object.fromEntries(natsUsers.map((user) => [user, `${user}-"secret"`])) as Record<NatsUser, string>;
let dir: string;
let server: Child;
let port: number;
const open: NatsConnection[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-nats-'));
  port = await freePort();
  const program = await findNatsServer(process.env['PATH'] ?? '');
  const file = join(dir, 'nats.conf');
  writeFileSync(file, natsConfigText({ port, storeDir: join(dir, 'js'), version: program.version, passwords }));
  server = keepAlive(
    { name: 'nats-server', argv: [program.path, '-c', file], cwd: dir, env: {}, logFile: join(dir, 'log') },
    () => undefined,
  );
  for (let tries = 0; (await natsInfo('127.0.0.1', port)) === null; tries++) {
    if (tries > 100) throw new Error(`nats-server does not come up:\n${server.tail().join('\n')}`);
    await new Promise((done) => setTimeout(done, 50));
  }
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()));
});

afterAll(async () => {
  await server.end();
  rmSync(dir, { recursive: true });
});

async function as(user: NatsUser, pass = passwords[user]): Promise<NatsConnection> {
  const connection = await connect({ port, user, pass, reconnect: false });
  open.push(connection);
  return connection;
}

/** Does a publication by this user reach a stream or subscriber of the admin's? */
async function reaches(user: NatsUser, subject: string): Promise<boolean> {
  const [admin, sender] = [await as('admin'), await as(user)];
  const heard: string[] = [];
  const subscription = admin.subscribe('>', { callback: (_, message) => void heard.push(message.subject) });
  await admin.flush();
  sender.publish(subject, '{}');
  await sender.flush();
  await admin.flush();
  subscription.unsubscribe();
  return heard.includes(subject);
}

/** What happens to a subscription of this user: null, or the words of the refusal. */
async function refusal(user: NatsUser, subject: string): Promise<string | null> {
  const connection = await as(user);
  return new Promise((done) => {
    connection.subscribe(subject, { callback: (error) => done(error?.message ?? null) });
    void connection.flush().then(() => setTimeout(() => done(null), 100));
  });
}

test('it has JetStream, and listens for those who have a password', async () => {
  expect(await natsInfo('127.0.0.1', port)).toMatchObject({ jetstream: true });
  await expect(connect({ port, reconnect: false })).rejects.toThrow(/authorization/i);
  await expect(as('guest', 'wrong')).rejects.toThrow(/authorization/i);
});

test('a service publishes its own events and asks others, but says nothing in their name', async () => {
  expect(await reaches('scheduler', 'millrace.scheduler.cascade.started.v1.r.-')).toBe(true);
  expect(await reaches('scheduler', 'millrace.resolver.ask.impact.v1')).toBe(true);
  expect(await reaches('scheduler', 'millrace.ci-bridge.verdict.decided.v1.r.rpm')).toBe(false);
  expect(await reaches('ci-bridge', 'millrace.scheduler.cascade.started.v1.r.-')).toBe(false);
});

test('what ResultsDB, Greenwave and WaiverDB would say is said by ci-bridge alone, and heard by a guest', async () => {
  expect(await reaches('ci-bridge', 'resultsdb.result.new')).toBe(true);
  expect(await reaches('ci-bridge', 'greenwave.decision.update')).toBe(true);
  expect(await reaches('scheduler', 'waiverdb.waiver.new')).toBe(false);
  expect(await reaches('guest', 'resultsdb.result.new')).toBe(false);
  expect(await refusal('guest', 'resultsdb.result.new')).toBeNull();
});

test('a guest publishes into the inlet only', async () => {
  expect(await reaches('guest', 'millrace.inlet.change.reported.v1.r.rpm')).toBe(true);
  expect(await reaches('guest', 'millrace.scheduler.cascade.started.v1.r.-')).toBe(false);
  expect(await reaches('guest', 'millrace.scheduler.do.cascade-start.v1')).toBe(false);
  expect(await reaches('guest', '$JS.API.STREAM.DELETE.INLET')).toBe(false);
});

test('a guest hears events, but neither commands nor their tokens', async () => {
  expect(await refusal('guest', 'millrace.scheduler.cascade.completed.v1.>')).toBeNull();
  expect(await refusal('guest', 'millrace.scheduler.do.>')).toMatch(/permissions violation/i);
  expect(await refusal('guest', 'millrace.>')).toMatch(/permissions violation/i);
  expect(await refusal('notifier', 'millrace.scheduler.do.>')).toMatch(/permissions violation/i);
});

test('no service can remove a stream of events', async () => {
  const admin = await (await as('admin')).jetstreamManager();
  await admin.streams.add({ name: 'MILLRACE_SCHEDULER', subjects: ['millrace.scheduler.*.*.*.>'] });
  const scheduler = await (await as('scheduler')).jetstreamManager({ timeout: 500 });
  await expect(scheduler.streams.delete('MILLRACE_SCHEDULER')).rejects.toThrow();
  await expect(scheduler.streams.purge('MILLRACE_SCHEDULER')).rejects.toThrow();
  expect((await admin.streams.info('MILLRACE_SCHEDULER')).config.name).toBe('MILLRACE_SCHEDULER');
});

test('what older servers do not know is left out', () => {
  const text = (minor: number) => natsConfigText({ port, storeDir: '/x', version: [2, minor, 0], passwords });
  expect(text(9)).not.toContain('sync_interval');
  expect(text(10)).toContain('sync_interval: always');
});
