import { DeadLetters, Deadlines, Engine, OutboxRelay, keepDeadLetter, prune, type Publisher } from '@millrace/engine';
import { AppError } from '@millrace/kernel';
import { uuidv7 } from 'uuidv7';
import { eventually, ledger, ledgerMigrations, openTestStore, testEngines, type LedgerInput } from './index';
import { asEngine, type LedgerStore, meta } from './ledger-store';

describe.each(testEngines)('the engine on %s', (kind) => {
  let store: LedgerStore;
  const balance = async (id: string): Promise<number | undefined> => (await store.read.accounts.get(id))?.balance;
  const rows = (sql: string): Promise<Record<string, unknown>[]> => store.database.reader.rows(sql);

  beforeEach(async () => {
    store = await openTestStore(ledger, ledgerMigrations, kind);
    await store.take({ type: 'open', account: 'a' });
  });
  afterEach(() => store.dispose());

  it('decides an input once, and answers a repeated one like the first', async () => {
    const first = await store.engine.take({ type: 'add', account: 'a', amount: 5 }, meta('one'));
    const second = await store.engine.take({ type: 'add', account: 'a', amount: 5 }, meta('one'));
    expect(first).toMatchObject({ status: 'decided', reply: { balance: 5 } });
    expect(second).toMatchObject({ status: 'duplicate', reply: { balance: 5 } });
    expect(await balance('a')).toBe(5);
  });

  it('decides a repeated input once even inside one batch', async () => {
    const taken = await Promise.all(
      [1, 2, 3].map(() => store.engine.take({ type: 'add', account: 'a', amount: 5 }, meta('same'))),
    );
    expect(taken.map((t) => t.status)).toEqual(['decided', 'duplicate', 'duplicate']);
    expect(await balance('a')).toBe(5);
  });

  it('loses no update when hundreds of inputs of one key come at once', async () => {
    const inputs = Array.from({ length: 300 }, (_, n) =>
      store.engine.take({ type: 'add', account: 'a', amount: 1 }, meta(`n${n}`)),
    );
    await Promise.all(inputs);
    expect(await balance('a')).toBe(300);
  });

  it('lets one bad input of a batch stop nobody, and leaves no trace of it', async () => {
    const good = store.engine.take({ type: 'add', account: 'a', amount: 1 }, meta('g1'));
    const bad = store.engine.take({ type: 'burst', account: 'a' }, meta('bad'));
    const also = store.engine.take({ type: 'add', account: 'a', amount: 1 }, meta('g2'));
    await expect(bad).rejects.toThrow('always fails');
    await Promise.all([good, also]);
    expect(await balance('a')).toBe(2);
    expect(await rows("SELECT id FROM harvester_inbox WHERE id = 'test|bad'")).toEqual([]);
  });

  it('answers a refusal as a value, keeps state, and remembers it', async () => {
    const refused = await store.engine.take({ type: 'open', account: 'a' }, meta('again'));
    expect(refused).toMatchObject({ status: 'refused', refusal: { code: 'account-open', remedy: 'use it' } });
    expect(await store.engine.take({ type: 'open', account: 'a' }, meta('again'))).toEqual(refused);
  });

  it('parks what is about something unknown, and decides it when that appears', async () => {
    expect(await store.engine.take({ type: 'add', account: 'b', amount: 7 }, meta('early'))).toMatchObject({
      status: 'parked',
    });
    await store.take({ type: 'open', account: 'b' });
    await eventually(async () => (await balance('b')) === 7, 'the parked input was decided');
    expect(await rows('SELECT id FROM harvester_parked')).toEqual([]);
  });

  it('decides inputs to itself in a transaction of their own, also after a restart', async () => {
    await store.take({ type: 'open', account: 'c' });
    await store.take({ type: 'both', account: 'a', other: 'c', amount: 4 });
    await eventually(async () => (await balance('c')) === 4, 'the other account was told');
    expect(await rows('SELECT id FROM harvester_self')).toEqual([]);
    const now = '2026-01-31T09:30:00.000Z';
    const left = JSON.stringify({ input: { type: 'add', account: 'c', amount: 1 }, who: 'ada' });
    await store.database.transaction((tx) =>
      tx.change('INSERT INTO harvester_self (id, revision, updated_at, doc) VALUES ($1, 1, $2, $3)', [
        'left',
        now,
        left,
      ]),
    );
    await store.engine.resume();
    await eventually(async () => (await balance('c')) === 5, 'what was left was taken up');
  });

  it('writes journal, outbox and state together', async () => {
    await store.take({ type: 'add', account: 'a', amount: 2, tell: true });
    const [event] = await rows('SELECT doc, subject FROM harvester_outbox');
    expect(event!['subject']).toBe('millrace.harvester.rebuild.wanted.v1.toy.rpm');
    expect(JSON.parse(event!['doc'] as string)).toMatchObject({
      specversion: '1.0',
      source: 'millrace/harvester',
      revision: 2,
    });
    const journal = await rows("SELECT who, type FROM harvester_journal WHERE type = 'add'");
    expect(journal).toEqual([{ who: 'tester', type: 'add' }]);
  });

  it('fires a timer once, when it is due and the backlog is read', async () => {
    let release = (): void => undefined;
    const backlog = new Promise<void>((resolve) => (release = resolve));
    await store.take({ type: 'later', account: 'a', at: new Date(Date.now() - 1000).toISOString(), amount: 3 });
    const deadlines = new Deadlines<LedgerInput>(store.database, asEngine(store), () => backlog);
    deadlines.start();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await balance('a')).toBe(0);
    release();
    await eventually(async () => (await balance('a')) === 3, 'the timer fired');
    await deadlines.stop();
    expect(await rows('SELECT id FROM harvester_deadline')).toEqual([]);
  });

  const insert = (table: string, id: string, doc: unknown, column = '', value = ''): Promise<number> =>
    store.database.transaction((tx) =>
      tx.change(
        `INSERT INTO harvester_${table} (id, revision, updated_at, doc${column && `, ${column}`}) VALUES ($1, 1, $2, $3${column && ', $4'})`,
        [id, '2026-01-31T09:30:00.000Z', JSON.stringify(doc), ...(column ? [value] : [])],
      ),
    );

  it('lets a parked input wait in one row, however often it is tried', async () => {
    await store.engine.take({ type: 'add', account: 'b', amount: 7 }, meta('early'));
    const before = await rows('SELECT id FROM harvester_inbox ORDER BY id');
    const [parked] = await rows('SELECT id FROM harvester_parked');
    for (let n = 0; n < 3; n++) {
      expect(await store.engine.retryParked()).toBe(1);
      await store.take({ type: 'add', account: 'a', amount: 1 }, 'behind');
    }
    expect(await rows('SELECT id FROM harvester_parked')).toEqual([parked]);
    expect(await rows("SELECT id FROM harvester_inbox WHERE id <> 'test|behind' ORDER BY id")).toEqual(before);
    await store.take({ type: 'open', account: 'b' });
    await eventually(async () => (await balance('b')) === 7, 'the parked input was decided');
    expect(await rows('SELECT id FROM harvester_parked')).toEqual([]);
  });

  it('keeps an input to itself that failed, tells of it, and takes it again', async () => {
    const faults: string[] = [];
    const failing = new Engine(store.database, ledger, {
      newId: uuidv7,
      onFault: (type, { message }) => faults.push(`${type}: ${message}`),
    });
    await insert('self', 's1', { input: { type: 'burst', account: 'a' }, who: 'ada' });
    for (const times of [1, 2]) {
      await failing.resume();
      await eventually(() => faults.length === times, 'the fault was told');
    }
    expect(faults[0]).toBe('burst: this input always fails');
    expect(await rows('SELECT id FROM harvester_self')).toHaveLength(1);
    await failing.close();
  });

  it('stops while its timers still wait for the backlog, and keeps those that fail', async () => {
    const due = { input: { type: 'burst', account: 'a' }, at: '2026-01-31T09:30:00.000Z' };
    await insert('deadline', 'd1', due, 'due_at', due.at);
    const held = new Deadlines<LedgerInput>(store.database, asEngine(store), () => new Promise(() => undefined));
    held.start();
    await held.stop();
    let told = 0;
    const engine = new Engine(store.database, ledger, { newId: uuidv7, onFault: () => told++ });
    const deadlines = new Deadlines<LedgerInput>(store.database, engine as never, () => Promise.resolve());
    deadlines.start();
    await eventually(() => told > 0, 'the failing timer was told of');
    await deadlines.stop();
    expect(await rows('SELECT id FROM harvester_deadline')).toEqual([{ id: 'd1' }]);
  });

  describe('the relay', () => {
    const bus = (): Publisher & {
      readonly sent: string[];
      stream: Map<number, string>;
      created: string;
      down: boolean;
      refuse: string;
    } => {
      const self = {
        sent: [] as string[],
        stream: new Map<number, string>(),
        created: 't1',
        down: false,
        refuse: '',
        publish: (_: string, id: string) => {
          if (self.down) return Promise.reject(new AppError({ code: 'down', kind: 'unavailable', message: 'down' }));
          if (id === self.refuse)
            return Promise.reject(new AppError({ code: 'no', kind: 'invalid', message: 'refused' }));
          self.sent.push(id);
          self.stream.set(self.stream.size + 1, id);
          return Promise.resolve({ seq: self.stream.size });
        },
        streamCreated: () => Promise.resolve(self.created),
        idAt: (seq: number) => Promise.resolve(self.stream.get(seq) ?? null),
        firstSeq: () => Promise.resolve(1),
      };
      return self;
    };
    const log = { failed: () => undefined, resent: () => undefined };
    const tell = (n: number): Promise<unknown> => store.take({ type: 'add', account: 'a', amount: n, tell: true });

    it('sends each event once, in order, and waits while the bus is down', async () => {
      const publisher = bus();
      publisher.down = true;
      const relay = new OutboxRelay(store.database, 'harvester', publisher, log);
      for (const n of [1, 2, 3]) await tell(n);
      relay.wake();
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await relay.waiting()).toBe(3);
      publisher.down = false;
      await eventually(async () => (await relay.waiting()) === 0, 'all were sent');
      await relay.stop();
      expect(publisher.sent).toEqual((await rows('SELECT id FROM harvester_outbox ORDER BY id')).map((r) => r['id']));
    });

    it('sends again what the bus forgot: the tail, or everything when the stream was made anew', async () => {
      const publisher = bus();
      const relay = new OutboxRelay(store.database, 'harvester', publisher, log);
      for (const n of [1, 2, 3]) await tell(n);
      relay.wake();
      await eventually(async () => (await relay.waiting()) === 0, 'all were sent');
      expect(await relay.verify()).toBe(0);
      publisher.stream.delete(3);
      expect(await relay.verify()).toBe(1);
      await eventually(async () => (await relay.waiting()) === 0, 'the tail was sent again');
      publisher.stream.clear();
      publisher.created = 't2';
      expect(await relay.verify()).toBe(3);
      await eventually(async () => (await relay.waiting()) === 0, 'all were sent again');
      await relay.stop();
      expect([...publisher.stream.values()]).toEqual(
        (await rows('SELECT id FROM harvester_outbox ORDER BY id')).map((r) => r['id']),
      );
    });

    it('sends again what newer events have overtaken: the bus lost its end and counted on from there', async () => {
      const publisher = bus();
      const relay = new OutboxRelay(store.database, 'harvester', publisher, log);
      const sendAll = async (): Promise<void> => {
        relay.wake();
        await eventually(async () => (await relay.waiting()) === 0, 'all were sent');
      };
      for (const n of [1, 2, 3]) await tell(n);
      await sendAll();
      publisher.stream.delete(3);
      publisher.stream.delete(2);
      for (const n of [4, 5, 6]) await tell(n);
      await sendAll();
      expect(await relay.verify()).toBe(2);
      await sendAll();
      expect(await relay.verify()).toBe(0);
      await relay.stop();
      const ids = (await rows('SELECT id FROM harvester_outbox ORDER BY id')).map((r) => r['id']);
      expect([...publisher.stream.values()].sort()).toEqual(ids);
    });

    it('makes a dead letter of an event that the bus refuses, and goes on', async () => {
      const publisher = bus();
      for (const n of [1, 2]) await tell(n);
      publisher.refuse = (await rows('SELECT id FROM harvester_outbox ORDER BY id'))[0]!['id'] as string;
      const relay = new OutboxRelay(store.database, 'harvester', publisher, log);
      relay.wake();
      await eventually(async () => (await relay.waiting()) === 0, 'the relay went on');
      await relay.stop();
      expect(publisher.sent).toHaveLength(1);
      expect(await new DeadLetters(store.database, 'harvester').list('kept')).toMatchObject([
        { origin: 'outbox', reason: 'refused' },
      ]);
    });
  });

  it('keeps, shows and settles dead letters', async () => {
    const letters = new DeadLetters(store.database, 'harvester');
    await store.database.transaction((tx) =>
      keepDeadLetter(tx, 'harvester', {
        id: 'd1',
        origin: 'x.y',
        messageId: 'm',
        reason: 'no JSON',
        remedy: 'drop it',
        attempts: 1,
        bytes: Buffer.alloc(2 * 1024 * 1024, 'z'),
        at: '2026-01-31T09:30:00.000Z',
      }),
    );
    expect((await letters.get('d1')).content).toHaveLength(1024 * 1024);
    expect((await letters.get('d1')).bytes).toBe(2 * 1024 * 1024);
    await letters.settle('d1', 'dropped', 'by ada');
    expect(await letters.count()).toBe(0);
    await expect(letters.get('d2')).rejects.toMatchObject({ kind: 'missing' });
  });

  it('prunes what is over its time and nothing else', async () => {
    await store.take({ type: 'add', account: 'a', amount: 1, tell: true });
    const month = Date.now() + 30 * 86_400_000;
    expect(await prune(store.database, 'harvester', Date.now())).toBe(0);
    expect(await prune(store.database, 'harvester', month)).toBeGreaterThan(0);
    expect(await rows('SELECT id FROM harvester_outbox WHERE sent_at IS NULL')).toHaveLength(1);
    expect(await rows('SELECT id FROM harvester_inbox')).toEqual([]);
  });
});
