import { composeWanted, doorSubject, doors, eventSubject, eventType } from '@millrace/contracts';
import { AppError, type FaultKind } from '@millrace/kernel';
import { eventually, startTestNats, type TestNats } from '@millrace/testing';
import { createInbox, headers } from 'nats';
import { of, throwError } from 'rxjs';
import { getAnswer, putAnswer } from './big-answers';
import { closeBus, connectBus, type BusConnection } from './connect';
import { JetStreamServer, statusOf, type BusMessage, type BusRequest, type DeadMessage } from './jetstream-server';
import { askOver } from './nats-asker';

const type = eventType(composeWanted);
const subject = eventSubject(composeWanted, 'toy', null);
const door = doors.harvester.composes;
const fault = (kind: FaultKind): AppError =>
  new AppError({ code: `c-${kind}`, kind, message: kind, remedy: 'mend it' });

describe('the transport', () => {
  let nats: TestNats;
  let bus: BusConnection;
  let client: BusConnection;
  let server: JetStreamServer;
  const buried: DeadMessage[] = [];
  const told: string[] = [];
  let bury: (message: DeadMessage) => Promise<void>;
  let handle: (message: BusMessage) => unknown;
  let answer: (request: BusRequest) => unknown;

  beforeAll(async () => {
    nats = await startTestNats();
    client = await connectBus({ servers: [nats.url], name: 'client' });
  });
  beforeEach(async () => {
    bus = await connectBus({ servers: [nats.url], name: 'server' });
    buried.length = told.length = 0;
    bury = (message) => Promise.resolve(void buried.push(message));
    handle = () => undefined;
    answer = () => ({ composes: [] });
    server = new JetStreamServer({
      app: 'harvester',
      version: '0.1.0',
      bus,
      bury: (message) => bury(message),
      log: {
        restored: () => told.push('restored'),
        failed: (_, thrown) => told.push(String(thrown)),
        retry: (_, attempt, { code }) => told.push(`${attempt} ${code}`),
      },
    });
    server.addHandler(type, (message: BusMessage) => Promise.resolve(handle(message)), true);
    server.addHandler(doorSubject(door), (request: BusRequest) => Promise.resolve(answer(request)));
    await new Promise<void>((resolve, reject) => server.listen((e) => (e ? reject(e as Error) : resolve())));
  });
  afterEach(async () => {
    await server.close();
    await closeBus(bus);
    await client.manager.streams.delete('INLET').catch(() => false);
  });
  afterAll(async () => {
    await closeBus(client);
    await nats.stop();
  });

  const publish = (text: string): Promise<unknown> => client.nats.jetstream().publish(subject, text);

  describe('of events', () => {
    it('tries again after a while what may work later, and acks it then', async () => {
      const attempts: number[] = [];
      handle = ({ attempt, bytes }) => {
        attempts.push(attempt);
        expect(Buffer.from(bytes).toString()).toBe('one');
        if (attempt < 3) throw fault('unavailable');
      };
      await publish('one');
      await eventually(() => attempts.length === 3, 'it was tried three times');
      await eventually(() => server.caughtUp().then(() => true), 'it is acked');
      expect([attempts, told, buried]).toEqual([[1, 2, 3], ['1 c-unavailable', '2 c-unavailable'], []]);
    });

    it('waits for an observable, and takes its error for the handler’s', async () => {
      handle = ({ attempt }) => (attempt === 1 ? throwError(() => fault('conflict')) : of(1, 2));
      await publish('one');
      await server.caughtUp();
      expect(told).toEqual(['1 c-conflict']);
    });

    it.each(['invalid', 'missing', 'forbidden'] as const)('buries at once what is %s', async (kind) => {
      handle = () => {
        throw fault(kind);
      };
      await publish('bad');
      await server.caughtUp();
      expect(buried).toMatchObject([
        { subject, attempt: 1, stream: 'INLET', sequence: 1, reason: kind, remedy: 'mend it' },
      ]);
      expect(Buffer.from(buried[0]!.bytes).toString()).toBe('bad');
    });

    it('terminates a message only when it is buried', async () => {
      let refusals = 0;
      bury = (message) => {
        if (refusals++ === 0) return Promise.reject(new Error('the disk is full'));
        return Promise.resolve(void buried.push(message));
      };
      handle = () => {
        throw fault('invalid');
      };
      await publish('bad');
      await server.caughtUp();
      expect(told).toEqual(['Error: the disk is full']);
      expect(buried).toMatchObject([{ attempt: 2 }]);
    });

    it('lets no bad message hold up the others', async () => {
      const seen: string[] = [];
      handle = ({ bytes }) => {
        const text = Buffer.from(bytes).toString();
        if (text === 'bad') throw fault('bug');
        seen.push(text);
      };
      await publish('bad');
      for (const text of ['a', 'b', 'c']) await publish(text);
      await eventually(() => seen.length === 3, 'the others were handled');
      expect(buried).toEqual([]);
    });

    it('ends waiting for the backlog when it is closed', async () => {
      handle = () => {
        throw fault('unavailable');
      };
      await publish('waits for long');
      const waiting = server.caughtUp();
      await server.close();
      await waiting;
    });

    it('handles what it has begun before it is closed', async () => {
      let begun = false;
      let ended = false;
      handle = async () => {
        begun = true;
        await new Promise((resolve) => setTimeout(resolve, 200));
        ended = true;
      };
      await publish('one');
      await eventually(() => begun, 'it has begun');
      await server.close();
      expect(ended).toBe(true);
      await bus.nats.flush();
      const [consumer] = await client.manager.consumers.list('INLET').next();
      expect(consumer!.num_ack_pending).toBe(0);
    });

    it('shows what waits', async () => {
      expect([...(await server.lags())]).toEqual([['harvester__inlet-compose-wanted-v1', 0]]);
    });

    it('starts for no event without a contract', async () => {
      const odd = new JetStreamServer({
        app: 'harvester',
        version: '1.0.0',
        bus,
        bury,
        log: (server as never)['options']['log'],
      });
      odd.addHandler('millrace.nobody.thing.happened.v1', () => Promise.resolve(), true);
      const failed = await new Promise((resolve) => odd.listen(resolve));
      expect(String(failed)).toContain('millrace.nobody');
      await odd.close();
    });
  });

  describe('of questions', () => {
    const raw = (data: string) => client.nats.request(doorSubject(door), data, { timeout: 5000 });

    it('hands over the bytes, the token and the key', async () => {
      const requests: BusRequest[] = [];
      answer = (request) => {
        requests.push(request);
        return { composes: [] };
      };
      const sent = headers();
      sent.set('Millrace-Token', 't');
      sent.set('Idempotency-Key', 'k');
      await client.nats.request(doorSubject(door), '{"limit":3}', { timeout: 5000, headers: sent });
      await raw('{}');
      expect(requests).toMatchObject([
        { subject: doorSubject(door), token: 't', idempotencyKey: 'k' },
        { token: null, idempotencyKey: null },
      ]);
      expect(Buffer.from(requests[0]!.bytes).toString()).toBe('{"limit":3}');
    });

    it.each([
      ['missing', 404],
      ['bug', 500],
    ] as const)('answers a fault of kind %s as NATS services do, and like HTTP (%i)', async (kind, status) => {
      answer = () => {
        throw fault(kind);
      };
      const message = await raw('{}');
      expect(message.headers?.get('Nats-Service-Error-Code')).toBe(String(status));
      expect(message.json()).toEqual({ code: `c-${kind}`, kind, detail: kind, remedy: 'mend it' });
      expect(statusOf(kind)).toBe(status);
      await expect(askOver(client.nats, door, {})).rejects.toMatchObject({
        code: `c-${kind}`,
        kind,
        remedy: 'mend it',
      });
    });

    it('answers although the words of a fault have line ends and more than a header takes', async () => {
      answer = () => {
        throw new Error(`first\r\nsecond ${'x'.repeat(5000)}`);
      };
      await expect(askOver(client.nats, door, {})).rejects.toMatchObject({
        kind: 'bug',
        message: expect.stringContaining('x'.repeat(4000)) as unknown,
      });
    });

    it('sends big answers through the object store, equal ones side by side', async () => {
      const one = { compose: 'ä'.repeat(400_000) };
      answer = () => ({ composes: [{ ...composeView, ...one }] });
      const answers = await Promise.all([1, 2, 3, 4].map(() => askOver(client.nats, door, {})));
      for (const { composes } of answers) expect(composes[0]!.compose).toBe(one.compose);
    });

    it('says so when an answer breaks its contract, or is no JSON', async () => {
      answer = () => ({ composes: [{ compose: 7 }] });
      await expect(askOver(client.nats, door, {})).rejects.toMatchObject({
        code: 'answer-malformed',
        message: expect.stringContaining('composes.0.compose') as unknown,
      });
    });

    it('waits for an answer that is being made before it is closed', async () => {
      let begun = false;
      answer = async () => {
        begun = true;
        await new Promise((resolve) => setTimeout(resolve, 200));
        return { composes: [] };
      };
      const asked = askOver(client.nats, door, {});
      await eventually(() => begun, 'it is being answered');
      await server.close();
      await closeBus(bus);
      await expect(asked).resolves.toEqual({ composes: [] });
    });

    it('survives a connection that is closed under its answer', async () => {
      const stray: unknown[] = [];
      const keep = (thrown: unknown): void => void stray.push(thrown);
      process.on('unhandledRejection', keep);
      const closed = new Promise<void>((resolve) => {
        answer = async () => {
          await bus.nats.close();
          resolve();
          return { composes: [] };
        };
      });
      await bus.nats.flush();
      client.nats.publish(doorSubject(door), '{}', { reply: createInbox() });
      await closed;
      await server.close();
      process.off('unhandledRejection', keep);
      expect(stray).toEqual([]);
    });
  });

  it('closes although the server is away', async () => {
    await nats.kill();
    await server.close();
    await nats.restart();
    await eventually(
      () =>
        client.nats.flush().then(
          () => true,
          () => false,
        ),
      'the server is back',
    );
  });

  describe('an asker', () => {
    it('says that nobody is there, and that a request is too large', async () => {
      await expect(askOver(client.nats, doors.notifier.notices, {})).rejects.toMatchObject({
        code: 'service-away',
        kind: 'unavailable',
      });
      await expect(
        askOver(client.nats, doors.notifier.notices, { person: 'x'.repeat(2_000_000) }),
      ).rejects.toMatchObject({ code: 'request-too-large', kind: 'invalid' });
    });

    it('bears an error without a body', async () => {
      const sub = client.nats.subscribe(doorSubject(doors.notifier.notices), {
        callback: (_, message) => {
          const h = headers();
          h.set('Nats-Service-Error-Code', '500');
          message.respond(new Uint8Array(0), { headers: h });
        },
      });
      await expect(askOver(client.nats, doors.notifier.notices, {})).rejects.toMatchObject({ code: 'service-failed' });
      sub.unsubscribe();
    });

    it('asks again for an answer that is gone', async () => {
      const name = await putAnswer(client.nats, Buffer.from('x'));
      expect(await putAnswer(client.nats, Buffer.from('x'))).not.toBe(name);
      expect(Buffer.from(await getAnswer(client.nats, name)).toString()).toBe('x');
      await expect(getAnswer(client.nats, 'never-there')).rejects.toMatchObject({
        code: 'answer-gone',
        kind: 'unavailable',
      });
    });
  });
});

const composeView = {
  release: 'toy',
  state: 'finished',
  because: '',
  by: '',
  path: null,
  packages: 0,
  sources: 0,
  images: 0,
  missing: [],
  problem: null,
  at: '',
  finishedAt: null,
};
