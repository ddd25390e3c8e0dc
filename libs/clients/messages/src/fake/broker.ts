import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { delivery, longText, method, number, shortText } from './wire';

interface Told {
  readonly topic: string;
  readonly id: string | null;
  readonly body: string;
}

/** A broker of AMQP 0-9-1 with one queue, for tests: enough to be connected to, bound and consumed from. */
export interface FakeBroker {
  readonly url: string;
  /** Patterns that were bound. */
  readonly bound: string[];
  readonly settled: { readonly acked: number[]; readonly dropped: number[]; readonly again: number[] };
  publish(message: Told): void;
  consumers(): number;
  /** Messages that nobody has settled. */
  held(): number;
  /** Cuts every connection. */
  cut(): void;
  close(): Promise<void>;
}

export async function startFakeBroker(): Promise<FakeBroker> {
  const sockets = new Map<Socket, number | null>();
  const bound: string[] = [];
  const settled = { acked: [] as number[], dropped: [] as number[], again: [] as number[] };
  const held = new Map<number, { readonly told: Told; by: Socket | null }>();
  let tag = 0;
  const give = (): void => {
    const consumer = [...sockets].find(([, channel]) => channel !== null);
    if (!consumer) return;
    for (const [number, one] of held) {
      if (one.by !== null) continue;
      one.by = consumer[0];
      consumer[0].write(delivery(consumer[1]!, number, one.told));
    }
  };
  const publish = (told: Told): void => {
    held.set(++tag, { told, by: null });
    give();
  };
  const settle = (number: number, how: keyof typeof settled): void => {
    settled[how].push(number);
    const one = held.get(number);
    held.delete(number);
    if (one && how === 'again') publish(one.told);
  };
  const server = createServer((socket) => {
    sockets.set(socket, null);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      for (const one of held.values()) if (one.by === socket) one.by = null;
    });
    converse(socket, { bound, settle, consume: (channel) => (sockets.set(socket, channel), give()) });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const cut = (): void => [...sockets.keys()].forEach((socket) => socket.destroy());
  return {
    url: `amqp://guest:guest@127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ bound, settled, cut, publish },
    consumers: () => [...sockets.values()].filter((channel) => channel !== null).length,
    held: () => held.size,
    close: () => {
      cut();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

interface Queue {
  readonly bound: string[];
  settle(tag: number, how: keyof FakeBroker['settled']): void;
  consume(channel: number): void;
}

function converse(socket: Socket, queue: Queue): void {
  let rest = Buffer.alloc(0);
  let greeted = false;
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    if (!greeted && rest.length >= 8) {
      greeted = true;
      rest = rest.subarray(8);
      const offer = [number(1, 0), number(1, 9), longText(''), longText('PLAIN EXTERNAL'), longText('en_US')];
      socket.write(method(0, 10, 10, ...offer));
    }
    while (greeted && rest.length >= 8 && rest.length >= 8 + rest.readUInt32BE(3)) {
      const [type, channel, size] = [rest.readUInt8(0), rest.readUInt16BE(1), rest.readUInt32BE(3)];
      const payload = rest.subarray(7, 7 + size);
      rest = rest.subarray(8 + size);
      if (type === 1) answer(socket, queue, channel, payload);
    }
  });
}

function answer(socket: Socket, queue: Queue, channel: number, payload: Buffer): void {
  const [kind, id] = [payload.readUInt16BE(0), payload.readUInt16BE(2)];
  const say = (number1: number, number2: number, ...fields: readonly Buffer[]): void =>
    void socket.write(method(channel, number1, number2, ...fields));
  switch (`${kind}.${id}`) {
    case '10.11':
      return say(10, 30, number(2, 10), number(4, 131_072), number(2, 0));
    case '10.40':
      return say(10, 41, shortText(''));
    case '10.50':
      return say(10, 51);
    case '20.10':
      return say(20, 11, longText(''));
    case '20.40':
      return say(20, 41);
    case '50.10':
      return say(50, 11, shortText('q'), number(4, 0), number(4, 0));
    case '50.20':
      queue.bound.push(patternOf(payload));
      return say(50, 21);
    case '60.10':
      return say(60, 11);
    case '60.20':
      say(60, 21, shortText('c'));
      return queue.consume(channel);
    default:
      return settle(queue, `${kind}.${id}`, payload);
  }
}

function settle(queue: Queue, what: string, payload: Buffer): void {
  if (what !== '60.80' && what !== '60.120') return;
  const tag = Number(payload.readBigUInt64BE(4));
  const requeue = (payload.readUInt8(12) & 2) !== 0;
  if (what === '60.80') queue.settle(tag, 'acked');
  else queue.settle(tag, requeue ? 'again' : 'dropped');
}

/** The third text of queue.bind: queue, exchange, routing key. */
function patternOf(payload: Buffer): string {
  let at = 6;
  for (let n = 0; n < 2; n++) at += 1 + payload.readUInt8(at);
  return payload.subarray(at + 1, at + 1 + payload.readUInt8(at)).toString('utf8');
}
