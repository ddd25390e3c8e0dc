import { changeReported, composeWanted, eventSubject } from '@millrace/contracts';
import { eventually, startTestNats, type TestNats } from '@millrace/testing';
import type { JsMsg } from 'nats';
import { closeBus, connectBus, type BusConnection } from './connect';
import { DurableConsumer, consumerName } from './durable-consumer';
import { readAgainWhenSetBack } from './set-back';

const log = { restored: () => undefined, failed: () => undefined };

describe('a database that was set back to a backup', () => {
  let nats: TestNats;
  let bus: BusConnection;
  let consumer: DurableConsumer;
  /** What came and has not been answered, by its text. */
  let held: Map<string, JsMsg>;

  beforeAll(async () => {
    nats = await startTestNats();
    bus = await connectBus({ servers: [nats.url], name: 'test' });
  });
  beforeEach(async () => {
    held = new Map();
    consumer = new DurableConsumer(bus, 'harvester', composeWanted, hold, log);
    await consumer.start();
  });
  afterEach(async () => {
    await consumer.stop();
    await bus.manager.streams.delete('INLET');
  });
  afterAll(async () => {
    await closeBus(bus);
    await nats.stop();
  });

  const hold = (message: JsMsg): Promise<void> => Promise.resolve(void held.set(message.string(), message));
  const info = () => bus.manager.consumers.info('INLET', consumerName('harvester', composeWanted));
  const publish = async (texts: readonly string[]): Promise<void> => {
    const [own, others] = [composeWanted, changeReported].map((event) => eventSubject(event, 'toy', null));
    for (const text of texts) {
      await bus.nats.jetstream().publish(own!, text);
      await bus.nats.jetstream().publish(others!, `beside ${text}`);
    }
    await eventually(() => texts.every((text) => held.has(text)), 'they came');
  };
  const answer = async (texts: readonly string[]): Promise<void> => {
    for (const text of texts) held.get(text)!.ack();
    await eventually(async () => (await info()).num_ack_pending === held.size - texts.length, 'they were answered');
  };
  /** Does it read again, when its database knows these alone? */
  const readsAgain = async (...known: readonly string[]): Promise<boolean> => {
    let told = 0;
    const asked: string[] = [];
    await readAgainWhenSetBack([consumer], {
      remembers: ({ bytes }) => {
        const text = Buffer.from(bytes).toString();
        asked.push(text);
        return Promise.resolve(known.includes(text));
      },
      log: { setBack: () => (told += 1) },
    });
    expect(asked.join()).not.toMatch(/beside/);
    return told > 0;
  };

  it('is known by the last message that was answered', async () => {
    await publish(['one', 'two']);
    await answer(['one', 'two']);
    expect(await readsAgain('one', 'two')).toBe(false);
    expect(await readsAgain('one')).toBe(true);
    await expect(info()).rejects.toMatchObject({ code: '404' });
  });

  it('is known by a message that was answered above one that is still open', async () => {
    await publish(['one', 'two', 'three']);
    await answer(['one', 'three']);
    expect(await readsAgain('one', 'three')).toBe(false);
    expect(await readsAgain('one')).toBe(true);
  });

  it('is not taken for one that was killed between its commits and their answers', async () => {
    await publish(['one', 'two', 'three', 'four']);
    await answer(['one', 'three']);
    expect(await readsAgain('one', 'two', 'three', 'four')).toBe(false);
    expect(await readsAgain('one', 'three')).toBe(false);
  });

  it('that is empty has forgotten what was answered, though the first message of all is open', async () => {
    await publish(['one', 'two']);
    await answer(['two']);
    expect(await readsAgain('two')).toBe(false);
    expect(await readsAgain()).toBe(true);
  });
});
