import { changeReported, composeWanted, eventFilter, eventSubject } from '@millrace/contracts';
import { eventually, startTestNats, type TestNats } from '@millrace/testing';
import type { JsMsg } from 'nats';
import { closeBus, connectBus, type BusConnection } from './connect';
import { DurableConsumer, consumerName } from './durable-consumer';
import { ensureStream } from './streams';

const subject = eventSubject(composeWanted, 'toy', null);
const stream = 'INLET';
const name = consumerName('harvester', composeWanted);

describe('a durable consumer', () => {
  let nats: TestNats;
  let bus: BusConnection;
  const open: DurableConsumer[] = [];
  const told: string[] = [];
  const log = { restored: () => told.push('restored'), failed: (_: string, e: unknown) => told.push(String(e)) };

  const consumer = (handle: (message: JsMsg) => Promise<void>, on = bus, ackWaitMs?: number): DurableConsumer => {
    const made = new DurableConsumer(on, 'harvester', composeWanted, handle, log, ackWaitMs);
    open.push(made);
    return made;
  };
  const started = async (handle: (message: JsMsg) => Promise<void>, ackWaitMs?: number): Promise<DurableConsumer> => {
    const made = consumer(handle, bus, ackWaitMs);
    await made.start();
    return made;
  };
  const publish = async (text: string): Promise<void> => void (await bus.nats.jetstream().publish(subject, text));
  const info = () => bus.manager.consumers.info(stream, name);

  beforeAll(async () => {
    nats = await startTestNats();
    bus = await connectBus({ servers: [nats.url], name: 'test' });
  });
  beforeEach(() => ensureStream(bus.manager, 'inlet'));
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.stop()));
    await bus.manager.streams.delete(stream).catch(() => false);
    told.length = 0;
  });
  afterAll(async () => {
    await closeBus(bus);
    await nats.stop();
  });

  it('has one name per service and event, without dots, and hears that event alone', async () => {
    await started(() => Promise.resolve());
    expect(name).toBe('harvester__inlet-compose-wanted-v1');
    expect((await info()).config.filter_subject).toBe(eventFilter(composeWanted));
  });

  it('leaves a message open until its handler has acked it', async () => {
    let finish = (): void => undefined;
    let begun = false;
    await started(async (message) => {
      begun = true;
      await new Promise<void>((resolve) => (finish = resolve));
      message.ack();
    });
    await publish('one');
    await eventually(() => begun, 'the handler has begun');
    expect((await info()).num_ack_pending).toBe(1);
    finish();
    await eventually(async () => (await info()).num_ack_pending === 0, 'it was acked');
  });

  it('hands a message over again when its consumer died in the middle', async () => {
    const other = await connectBus({ servers: [nats.url], name: 'dies' });
    const first = consumer(() => other.nats.close(), other, 1000);
    await first.start();
    await publish('one');
    await eventually(() => other.nats.isClosed(), 'the first consumer died with the message in its hands');
    await first.stop();
    const seen: number[] = [];
    await started((message) => {
      seen.push(message.info.deliveryCount);
      message.ack();
      return Promise.resolve();
    }, 1000);
    await eventually(() => seen.length === 1, 'somebody else got it');
    expect(seen).toEqual([2]);
  });

  it('keeps a message that takes longer than its ack wait', async () => {
    const seen: number[] = [];
    await started(async (message) => {
      seen.push(message.info.deliveryCount);
      await new Promise((resolve) => setTimeout(resolve, 2500));
      message.ack();
    }, 1000);
    await publish('long');
    await eventually(async () => seen.length > 0 && (await info()).num_ack_pending === 0, 'it was acked');
    expect(seen).toEqual([1]);
  });

  it('tells of a handler that fails, and goes on', async () => {
    const seen: string[] = [];
    await started((message) => {
      seen.push(message.string());
      return message.string() === 'bad' ? Promise.reject(new Error('the handler broke')) : Promise.resolve();
    });
    await publish('bad');
    await publish('good');
    await eventually(() => seen.includes('good'), 'the next one was handled');
    expect(told).toContain('Error: the handler broke');
  });

  it('knows whether what waited when it was asked has been answered, whatever comes meanwhile', async () => {
    const kept: JsMsg[] = [];
    const one = await started((message) => Promise.resolve(void kept.push(message)));
    await publish('one');
    const newest = await one.newest();
    expect(newest).toBe(1);
    expect(await one.caughtUp(newest)).toBe(false);
    await publish('two');
    await eventually(() => kept.length === 2, 'both came');
    kept[0]!.ack();
    await eventually(() => one.caughtUp(newest), 'the first is answered, though the second is not');
    expect((await info()).num_ack_pending).toBe(1);
    expect(await one.lag()).toBe(0);
  });

  it.each(['consumer', 'stream'])('makes a deleted %s again and reads from the start', async (what) => {
    const seen: string[] = [];
    await started((message) => {
      seen.push(message.string());
      message.ack();
      return Promise.resolve();
    });
    await publish('one');
    await eventually(() => seen.length === 1, 'the first was handled');
    if (what === 'consumer') await bus.manager.consumers.delete(stream, name);
    else await bus.manager.streams.delete(stream);
    await eventually(() => told.includes('restored'), 'it was made again');
    await publish('two');
    await eventually(() => seen.includes('two'), 'it hears again');
    expect(seen).toEqual(what === 'consumer' ? ['one', 'one', 'two'] : ['one', 'two']);
  });

  it.each([false, true])('goes on after the server died and came back (JetStream forgotten: %s)', async (forget) => {
    const seen: string[] = [];
    await started((message) => {
      seen.push(message.string());
      message.ack();
      return Promise.resolve();
    });
    await nats.restart(forget);
    await eventually(
      () =>
        bus.nats.flush().then(
          () => true,
          () => false,
        ),
      'the connection is there',
    );
    await eventually(
      async () =>
        publish('after').then(
          () => true,
          () => false,
        ),
      'the stream is there',
    );
    await eventually(() => seen.includes('after'), 'it hears again', 25_000);
    if (forget) expect(told).toContain('restored');
  });

  it('knows the last message of its own event that it answered, whatever others said since', async () => {
    const held: JsMsg[] = [];
    const made = await started((message) => Promise.resolve(void held.push(message)));
    const others = eventSubject(changeReported, 'toy', null);
    const say = async (): Promise<void> => void (await bus.nats.jetstream().publish(others, 'of others'));
    const came = (count: number) => eventually(() => held.length === count, `${count} came`);
    const last = async (): Promise<string> => Buffer.from((await made.given()).answered!.bytes).toString();
    expect((await made.given()).answered).toBeNull();
    await publish('one');
    await say();
    await publish('two');
    await came(2);
    held[0]!.ack();
    await eventually(async () => (await info()).num_ack_pending === 1, 'the first was answered');
    expect(await last()).toBe('one');
    await say();
    held[1]!.ack();
    await eventually(async () => (await info()).num_ack_pending === 0, 'the second was answered');
    await say();
    expect(await last()).toBe('two');
  });

  it('stops at any time: before its first message, and while the server is away', async () => {
    const early = await started(() => Promise.resolve());
    await early.stop();
    const late = await started(() => Promise.resolve());
    await nats.kill();
    await late.stop();
    open.length = 0;
    await nats.restart();
    await eventually(
      () =>
        bus.nats.flush().then(
          () => true,
          () => false,
        ),
      'the server is back',
    );
  });
});
