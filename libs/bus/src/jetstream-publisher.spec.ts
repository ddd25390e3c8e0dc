import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeFinished, eventSubject, streamName } from '@millrace/contracts';
import type { Publisher } from '@millrace/engine';
import { eventually, freePort, startTestNats, type TestNats } from '@millrace/testing';
import { closeBus, connectBus, type BusConnection } from './connect';
import { jetStreamPublisher } from './jetstream-publisher';
import { ensureStream, isNotFound, streamConfig } from './streams';

const subject = eventSubject(composeFinished, 'toy', null);
const stream = streamName('harvester');
const bytes = Buffer.from('{}');

describe('publishing on JetStream', () => {
  let nats: TestNats;
  let bus: BusConnection;
  let publisher: Publisher;
  beforeAll(async () => {
    nats = await startTestNats();
    bus = await connectBus({ servers: [nats.url], name: 'test' });
    publisher = jetStreamPublisher(bus, 'harvester');
  });
  beforeEach(async () => {
    await bus.manager.streams.delete(stream).catch(() => false);
    await ensureStream(bus.manager, 'harvester');
  });
  afterAll(async () => {
    await closeBus(bus);
    await nats.stop();
  });

  it('answers the sequence, and drops a message id that the stream has', async () => {
    expect(await publisher.publish(subject, 'a', bytes)).toEqual({ seq: 1 });
    expect(await publisher.publish(subject, 'b', bytes)).toEqual({ seq: 2 });
    expect(await publisher.publish(subject, 'a', bytes)).toEqual({ seq: 1 });
    expect((await bus.manager.streams.info(stream)).state.messages).toBe(2);
  });

  it('says which id is at a sequence, and what the stream keeps', async () => {
    for (const id of ['a', 'b', 'c']) await publisher.publish(subject, id, bytes);
    expect(await publisher.idAt(2)).toBe('b');
    expect(await publisher.idAt(9)).toBeNull();
    await bus.manager.streams.purge(stream, { seq: 3 });
    expect(await publisher.firstSeq()).toBe(3);
    expect(await publisher.idAt(1)).toBeNull();
  });

  it('sees that the stream was made anew', async () => {
    const before = await publisher.streamCreated();
    await bus.manager.streams.delete(stream);
    expect(await publisher.streamCreated()).not.toBe(before);
  });

  it('has to try again when the stream is gone, and makes it again for that', async () => {
    await bus.manager.streams.delete(stream);
    await expect(publisher.publish(subject, 'a', bytes)).rejects.toMatchObject({
      code: 'publish-failed',
      kind: 'unavailable',
    });
    await expect(publisher.publish(subject, 'a', bytes)).resolves.toEqual({ seq: 1 });
  });

  it('is refused for good what is too large, or what another stream captures', async () => {
    const refused = { code: 'publish-refused', kind: 'invalid' };
    await expect(publisher.publish(subject, 'l', Buffer.alloc(2_000_000))).rejects.toMatchObject(refused);
    await bus.manager.streams.update(stream, { max_msg_size: 1000 });
    await expect(publisher.publish(subject, 'm', Buffer.alloc(5000))).rejects.toMatchObject(refused);
    await ensureStream(bus.manager, 'inlet');
    await expect(publisher.publish('millrace.inlet.compose.wanted.v1.toy.-', 'n', bytes)).rejects.toMatchObject(
      refused,
    );
  });

  it('lets two make a stream at the same moment', async () => {
    await bus.manager.streams.delete(stream);
    await Promise.all([1, 2, 3, 4].map(() => ensureStream(bus.manager, 'harvester')));
    const { config } = await bus.manager.streams.info(stream);
    expect(config).toMatchObject({ ...streamConfig('harvester'), subjects: ['millrace.harvester.*.*.*.>'] });
    const missing: unknown = await bus.manager.streams.info('NOWHERE').catch((thrown: unknown) => thrown);
    expect(isNotFound(missing)).toBe(true);
    expect(isNotFound(new Error('stream not found'))).toBe(false);
  });
});

describe('connecting', () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-bus-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('says what is wrong: nobody there, no JetStream, a wrong password, no password file', async () => {
    const away = { servers: [`nats://127.0.0.1:${await freePort()}`], name: 'test' };
    await expect(connectBus(away)).rejects.toMatchObject({ code: 'bus-unreachable', kind: 'unavailable' });
    const plain = await startTestNats(false);
    await expect(connectBus({ servers: [plain.url], name: 'test' })).rejects.toMatchObject({
      code: 'jetstream-missing',
      remedy: expect.stringContaining('-js') as unknown,
    });
    await plain.stop();
    const guarded = await startTestNats(true, ['--user', 'ada', '--pass', 'right']);
    const passwordFile = join(dir, 'password');
    const settings = { servers: [guarded.url], name: 'test', user: 'ada', passwordFile };
    await expect(connectBus(settings)).rejects.toMatchObject({ code: 'bus-password-unreadable', kind: 'invalid' });
    writeFileSync(passwordFile, 'wrong\n');
    await expect(connectBus(settings)).rejects.toMatchObject({
      code: 'bus-forbidden',
      message: expect.not.stringContaining('wrong') as unknown,
    });
    writeFileSync(passwordFile, 'right\n');
    await closeBus(await connectBus(settings));
    await guarded.stop();
  });

  it('closes although the server is away', async () => {
    const nats = await startTestNats();
    const bus = await connectBus({ servers: [nats.url], name: 'test' });
    bus.nats.subscribe('x');
    await nats.kill();
    await closeBus(bus);
    expect(bus.nats.isClosed()).toBe(true);
    await closeBus(bus);
    await nats.stop();
  });

  it('comes back by itself when the server does', async () => {
    const nats = await startTestNats();
    const bus = await connectBus({ servers: [nats.url], name: 'test' });
    await nats.restart();
    await eventually(
      () =>
        bus.nats.flush().then(
          () => true,
          () => false,
        ),
      'it is connected again',
    );
    await closeBus(bus);
    await nats.stop();
  });
});
