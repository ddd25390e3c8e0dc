import { connect as connectTcp, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect, type ChannelModel } from 'amqplib';
import { create_container, type EventContext, type Sender } from 'rhea';
import type { Published, SuiteBroker } from './receiver.suite';
import type { FedoraSettings, UmbSettings } from './settings';

/** A real broker to run the suite of receivers on, over AMQP 0-9-1. */
export async function rabbitForFedora(url: string): Promise<SuiteBroker> {
  const queue = 'fedora-queue';
  const keeper = await keepQueue(url, queue, 'VirtualTopic.eng.ci.#');
  const settings: FedoraSettings = {
    ...{ kind: 'fedora-messaging', url: keeper.url, exchange: 'amq.topic', topic_prefix: 'VirtualTopic.eng.ci', queue },
  };
  const channel = await keeper.connection.createConfirmChannel();
  return {
    settings,
    publish: async ({ topic, id, body }) => {
      channel.publish('amq.topic', topic, Buffer.from(body), { messageId: id, contentType: 'application/json' });
      await channel.waitForConfirms();
    },
    ...keeper.parts,
  };
}

/** The same one over AMQP 1.0, from the sender to the receiver. */
export async function rabbitForUmb(url: string): Promise<SuiteBroker> {
  const queue = 'umb-queue';
  const keeper = await keepQueue(url, queue, 'VirtualTopic.#');
  const settings: UmbSettings = { kind: 'umb', url: keeper.url, addresses: [`/amq/queue/${queue}`] };
  const { hostname: host, port, username, password } = new URL(url);
  const connection = create_container().connect({ host, port: Number(port), username, password, reconnect: false });
  return {
    settings,
    publish: (message) => send(connection.open_sender(`/topic/${message.topic}`), message),
    ...keeper.parts,
    close: async () => {
      connection.close();
      await keeper.parts.close();
    },
  };
}

function send(sender: Sender, { topic, id, body }: Published): Promise<void> {
  return new Promise((done, fail) => {
    sender.on('accepted', () => {
      sender.close();
      done();
    });
    sender.on('rejected', (context: EventContext) => fail(new Error(String(context.delivery?.remote_state))));
    sender.once('sendable', () => sender.send({ to: `topic://${topic}`, message_id: id, body }));
  });
}

/** A way to the broker that can be cut: what happens to receivers when it is started anew. */
async function wayTo(url: string) {
  const sockets = new Set<Socket>();
  const { hostname, port } = new URL(url);
  const server = createServer((near) => {
    const far = connectTcp(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('close', () => [near, far].forEach((end) => end.destroy())).on('error', () => undefined);
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const way = new URL(url);
  way.port = String((server.address() as AddressInfo).port);
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return { url: way.href, cut, close: () => void (server.close(), cut()) };
}

async function keepQueue(url: string, queue: string, pattern: string) {
  const way = await wayTo(url);
  const connection: ChannelModel = await connect(url);
  const channel = await connection.createChannel();
  await channel.assertQueue(queue, { durable: true });
  await channel.bindQueue(queue, 'amq.topic', pattern);
  return {
    connection,
    url: way.url,
    parts: {
      left: async () => (await channel.checkQueue(queue)).messageCount,
      cut: () => Promise.resolve(way.cut()),
      close: async () => {
        way.close();
        await connection.close();
      },
    },
  };
}
