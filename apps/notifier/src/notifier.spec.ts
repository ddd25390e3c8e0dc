import { connectBus, ensureStream, type BusConnection } from '@millrace/bus';
import {
  cascadeStalled,
  events,
  eventSubject,
  eventType,
  rebuildFailed,
  releaseChanged,
  type Envelope,
  type EventContract,
} from '@millrace/contracts';
import { startService, type RunningService } from '@millrace/service';
import {
  eventually,
  freePort,
  openTestStore,
  schemaDrift,
  startTestNats,
  testEngines,
  type TestNats,
} from '@millrace/testing';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { migrations } from './store/migrations';
import { definition, hears } from './wiring';

test('it hears every event but its own, each once', () => {
  const heard = hears.map(({ event }) => eventType(event)).sort();
  const others = [...events.values()].filter((contract) => contract.owner !== 'notifier').map(eventType);
  expect(heard).toEqual(others.sort());
});

test.each(testEngines)('the migrated %s database is what the tables say', async (kind) => {
  const store = await openTestStore(definition.machine, migrations, kind);
  try {
    expect(await schemaDrift(store.database, 'notifier', definition.machine.tables)).toEqual([]);
  } finally {
    await store.dispose();
  }
});

describe('the whole service, on a real bus and before a real mail server', () => {
  let dir: string;
  let nats: TestNats;
  let bus: BusConnection;
  let smtp: SMTPServer;
  let service: RunningService;
  let env: Record<string, string>;
  const mails: string[] = [];

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'millrace-notifier-'));
    nats = await startTestNats();
    bus = await connectBus({ servers: [nats.url], name: 'test' });
    await ensureStream(bus.manager, 'scheduler');
    smtp = new SMTPServer({
      disabledCommands: ['STARTTLS', 'AUTH'],
      onData(stream, _session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          mails.push(Buffer.concat(chunks).toString('utf8'));
          done();
        });
      },
    });
    await new Promise<void>((ready) => smtp.listen(0, '127.0.0.1', ready));
    env = {
      MILLRACE_DATA: dir,
      MILLRACE_NATS_URL: nats.url,
      MILLRACE_PORT: String(await freePort()),
      MILLRACE_LOG_LEVEL: 'error',
      MILLRACE_NOTIFIER_SMTP_PORT: String((smtp.server.address() as AddressInfo).port),
      MILLRACE_NOTIFIER_SCHEDULER_URL: 'http://127.0.0.1:4102',
    };
    service = await startService(definition, env);
  });

  afterAll(async () => {
    await service.stop();
    await new Promise<void>((done) => smtp.close(() => done()));
    await bus.nats.close();
    await nats.stop();
    await rm(dir, { recursive: true });
  });

  async function publish<Data>(contract: EventContract<Data>, id: string, revision: number): Promise<void> {
    const { release, subject, data } = contract.example;
    const time = '2026-01-31T09:30:00.000Z';
    const type = eventType(contract);
    const envelope: Envelope = {
      specversion: '1.0',
      id,
      source: 'scheduler',
      type,
      time,
      subject,
      release,
      revision,
      data,
    };
    await bus.nats
      .jetstream()
      .publish(eventSubject(contract, release, subject.includes('/') ? 'rpm' : null), JSON.stringify(envelope));
  }

  async function notices(): Promise<readonly { state: string; subject_line: string; message_id: string }[]> {
    const response = await fetch(`http://127.0.0.1:${service.port}/api/v1/notices`);
    return ((await response.json()) as { notices: [] }).notices;
  }

  const delivered = async (): Promise<number> => (await notices()).filter((n) => n.state === 'delivered').length;

  test('a failure that comes before its release is mailed once the release is known, and once only', async () => {
    await publish(rebuildFailed, 'm-1', 1);
    await publish(rebuildFailed, 'm-2', 2);
    await publish(releaseChanged, 'm-3', 1);
    await eventually(async () => (await delivered()) === 1, 'the notice is delivered');
    await publish(rebuildFailed, 'm-4', 3);
    await publish(cascadeStalled, 'm-5', 1);
    await eventually(async () => (await delivered()) === 2, 'the stall is told');
    const about = (await notices()).map((n) => n.subject_line).sort();
    expect(about[0]).toBe('[minidistro] cascade c-1 can do no more until somebody acts: libstone 2.0');
    expect(about[1]).toMatch(/^\[minidistro\] rpm\/libmill failed to build: /);
    expect(mails).toHaveLength(2);
  });

  test('a service started again with an empty database mails nobody twice', async () => {
    await service.stop();
    const files = (await readdir(join(dir, 'notifier'))).filter((name) => name !== 'sent');
    expect(files).toContain('notifier.sqlite');
    for (const file of files) await rm(join(dir, 'notifier', file));
    const { consumers } = bus.manager;
    for (const { name } of await consumers.list('MILLRACE_SCHEDULER').next()) {
      await consumers.delete('MILLRACE_SCHEDULER', name);
    }
    service = await startService(definition, env);
    await eventually(async () => (await delivered()) === 2, 'both notices are known as delivered again');
    expect(mails).toHaveLength(2);
  });
});
