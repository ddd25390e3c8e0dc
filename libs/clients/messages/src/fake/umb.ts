import type { AddressInfo } from 'node:net';
import { create_container, type EventContext, type Message, type Sender } from 'rhea';

/** A broker of AMQP 1.0 with one queue, for tests. */
export interface FakeUmb {
  readonly url: string;
  publish(message: Message): void;
  consumers(): number;
  /** Messages that nobody has settled. */
  held(): number;
  /** Cuts every connection. */
  cut(): void;
  close(): Promise<void>;
}

export async function startFakeUmb(): Promise<FakeUmb> {
  const container = create_container();
  const senders = new Set<Sender>();
  const waiting: Message[] = [];
  const given = new Map<object, { readonly message: Message; readonly sender: Sender }>();
  const give = (): void => {
    for (const sender of senders) {
      while (waiting.length > 0 && sender.sendable()) {
        const message = waiting.shift()!;
        given.set(sender.send(message), { message, sender });
      }
    }
  };
  const back = (delivery: object): void => {
    const one = given.get(delivery);
    given.delete(delivery);
    if (one) waiting.push(one.message);
  };
  const settle = (how: 'gone' | 'back') => (context: EventContext) => {
    if (how === 'back') back(context.delivery!);
    else given.delete(context.delivery!);
    give();
  };
  for (const outcome of ['accepted', 'rejected']) container.on(outcome, settle('gone'));
  for (const outcome of ['released', 'modified']) container.on(outcome, settle('back'));
  container.on('sendable', ({ sender }: EventContext) => {
    senders.add(sender!);
    give();
  });
  const leave = ({ connection }: Pick<EventContext, 'connection'>): void => {
    for (const sender of senders) if (sender.connection === connection) senders.delete(sender);
    for (const [delivery, { sender }] of given) if (sender.connection === connection) back(delivery);
  };
  container.on('disconnected', leave);
  // What was settled just before the end is told of just after it.
  container.on('connection_close', (context: EventContext) => void setImmediate(() => leave(context)));
  const server = container.listen({ port: 0, host: '127.0.0.1' });
  const sockets = new Set<{ destroy(): unknown }>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise((ready) => server.once('listening', ready));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    for (const { connection } of [...senders]) leave({ connection });
  };
  return {
    url: `amqp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    publish: (message) => {
      waiting.push(message);
      give();
    },
    cut,
    consumers: () => senders.size,
    held: () => waiting.length + given.size,
    close: () => {
      cut();
      return new Promise((done) => server.close(() => done()));
    },
  };
}
