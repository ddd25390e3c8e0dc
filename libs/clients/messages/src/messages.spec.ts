import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, startTestNats } from '@millrace/testing';
import { connect } from 'nats';
import { create_container, type EventContext, type Sender } from 'rhea';
import type { AddressInfo, Server } from 'node:net';
import { startFakeBroker, startFakeUmb } from './fake';
import { describeReceiver } from './receiver.suite';
import { readMessage, type ForeignMessage } from './schema';
import { receive, type Receiver } from './receiver';

const fixture = (name: string) => readFileSync(join(__dirname, 'fixtures', `${name}.json`));
const tagged = JSON.parse(fixture('buildsys-tag').toString()) as object;

describe('what a message says', () => {
  it('is read in its plain form and in fedmsg’s old one', () => {
    const content = fixture('buildsys-tag');
    const topic = 'org.fedoraproject.prod.buildsys.tag';
    expect(readMessage({ topic, id: 'uuid-1', content })).toEqual({ id: 'uuid-1', topic, body: tagged });
    const old = JSON.parse(fixture('fedmsg').toString()) as { msg_id: string; topic: string; msg: unknown };
    const read = readMessage({ topic: 'x', id: null, content: fixture('fedmsg') });
    expect(read).toEqual({ id: old.msg_id, topic: old.topic, body: old.msg });
  });

  it.each([
    ['no JSON', { topic: 't', id: '1', content: 'hello' }],
    ['no id', { topic: 't', id: null, content: '{}' }],
    ['more than a megabyte', { topic: 't', id: '1', content: JSON.stringify('x'.repeat(1024 * 1024)) }],
  ])('is nothing when it is %s', (_, arrived) => expect(readMessage(arrived)).toBeNull());
});

describeReceiver('the fake broker of AMQP 0-9-1', async () => {
  const broker = await startFakeBroker();
  return {
    settings: { kind: 'fedora-messaging', url: broker.url, exchange: 'amq.topic', topic_prefix: 'VirtualTopic.eng.ci' },
    publish: (message) => Promise.resolve(broker.publish(message)),
    left: () => Promise.resolve(broker.held()),
    cut: () => Promise.resolve(broker.cut()),
    close: () => broker.close(),
  };
});

describeReceiver('the fake broker of AMQP 1.0', async () => {
  const broker = await startFakeUmb();
  return {
    settings: { kind: 'umb', url: broker.url, addresses: ['Consumer.millrace.ci.VirtualTopic.eng.ci.>'] },
    publish: ({ topic, id, body }) =>
      Promise.resolve(broker.publish({ to: `topic://Consumer.millrace.ci.${topic}`, message_id: id, body })),
    left: () => Promise.resolve(broker.held()),
    cut: () => Promise.resolve(broker.cut()),
    close: () => broker.close(),
  };
});

describe('a receiver', () => {
  const heard: ForeignMessage[] = [];
  let receiver: Receiver | null = null;
  afterEach(async () => {
    await receiver?.stop();
    receiver = null;
    heard.length = 0;
  });
  const hear = (message: ForeignMessage): Promise<void> => {
    heard.push(message);
    return Promise.resolve();
  };

  it('takes messages of AMQP 1.0, as Koji’s plug-in sends them', async () => {
    const container = create_container();
    const senders: Sender[] = [];
    const outcomes: string[] = [];
    container.on('sender_open', (context: EventContext) => void senders.push(context.sender!));
    for (const outcome of ['accepted', 'rejected', 'released'] as const)
      container.on(outcome, () => void outcomes.push(outcome));
    const server: Server = container.listen({ port: 0, host: '127.0.0.1' });
    await new Promise((ready) => server.once('listening', ready));
    const url = `amqp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    receiver = receive({ kind: 'umb', url, addresses: ['topic://koji.build.tag'] }, hear);
    await eventually(() => senders.length === 1 && senders[0]!.sendable(), 'a receiver');
    const properties = { type: 'Tag', tag: 't1', name: 'libfoo', version: '1.1', release: '1', user: 'kojiadmin' };
    const body = JSON.stringify({ tag: { name: 't1' }, build: { name: 'libfoo' }, user: { name: 'kojiadmin' } });
    senders[0]!.send({ to: 'topic://koji.build.tag', application_properties: properties, body });
    senders[0]!.send({ to: 'topic://koji.build.tag', message_id: 'x', body: 'no json' });
    await eventually(() => outcomes.length === 2, 'two outcomes');
    expect(outcomes.sort()).toEqual(['accepted', 'rejected']);
    expect(heard).toMatchObject([{ topic: 'koji.build.tag', body: { build: { name: 'libfoo' } } }]);
    expect(heard[0]!.id.length).toBeGreaterThan(10);
    await receiver.stop();
    server.close();
  });

  it('takes messages of NATS', async () => {
    const nats = await startTestNats(false);
    receiver = receive({ kind: 'nats', url: nats.url, subjects: ['koji.>'] }, hear);
    await eventually(() => receiver!.problem() === null, 'a connection');
    const publisher = await connect({ servers: nats.url });
    publisher.publish('koji.build.tag', JSON.stringify({ id: 'n-1', ...tagged }));
    await publisher.flush();
    await eventually(() => heard.length === 1, 'the message');
    expect(heard[0]).toMatchObject({ id: 'n-1', topic: 'koji.build.tag' });
    await publisher.close();
    await receiver.stop();
    await nats.stop();
  });
});
