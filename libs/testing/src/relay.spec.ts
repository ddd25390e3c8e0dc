import { Engine, OutboxRelay, type EngineOptions, type Publisher } from '@millrace/engine';
import { AppError } from '@millrace/kernel';
import { uuidv7 } from 'uuidv7';
import { eventually, ledger, ledgerMigrations, openTestStore, type LedgerInput, type TestStore } from './index';
import type { ledgerTables } from './ledger';

/** A bus that can be down, and that holds what it takes until it is told to answer. */
class SlowBus implements Publisher {
  readonly sent: string[] = [];
  down = false;
  private readonly answers: (() => void)[] = [];
  constructor(public held = false) {}
  publish(_: string, id: string): Promise<{ readonly seq: number }> {
    if (this.down) return Promise.reject(new AppError({ code: 'down', kind: 'unavailable', message: 'down' }));
    this.sent.push(id);
    const seq = this.sent.length;
    return this.held ? new Promise((resolve) => this.answers.push(() => resolve({ seq }))) : Promise.resolve({ seq });
  }
  answer(): void {
    this.held = false;
    this.answers.splice(0).forEach((tell) => tell());
  }
  streamCreated = () => Promise.resolve('once');
  idAt = (seq: number) => Promise.resolve(this.sent[seq - 1] ?? null);
  firstSeq = () => Promise.resolve(1);
}

describe('events that were just committed', () => {
  let store: TestStore<typeof ledgerTables, LedgerInput>;
  let relay: OutboxRelay;
  let engine: Engine<typeof ledgerTables, LedgerInput>;
  const bus = (publisher: Publisher): void => {
    relay = new OutboxRelay(store.database, 'harvester', publisher, {
      failed: () => undefined,
      resent: () => undefined,
    });
    const onCommit: EngineOptions['onCommit'] = (left) => relay.wake(left.outbox);
    engine = new Engine(store.database, ledger, { newId: uuidv7, onCommit });
  };
  const tell = (n: number): Promise<unknown> =>
    engine.take({ type: 'add', account: 'a', amount: 1, tell: true }, { id: `t${n}`, source: 'test', who: 'ada' });
  const stored = async (): Promise<string[]> =>
    (await store.database.reader.rows<{ id: string }>('SELECT id FROM harvester_outbox ORDER BY id')).map(
      ({ id }) => id,
    );
  const drained = () => eventually(async () => (await relay.waiting()) === 0, 'all were sent');

  beforeEach(async () => {
    store = await openTestStore(ledger, ledgerMigrations, 'sqlite');
    await store.take({ type: 'open', account: 'a' });
  });
  afterEach(async () => {
    await engine.close();
    await relay.stop();
    await store.dispose();
  });

  it('are sent once and in order, also those that come while others are under way', async () => {
    const publisher = new SlowBus(true);
    bus(publisher);
    for (let n = 0; n < 40; n++) await tell(n);
    publisher.answer();
    for (let n = 40; n < 60; n++) await tell(n);
    await drained();
    expect(publisher.sent).toEqual(await stored());
    expect(publisher.sent).toHaveLength(60);
  });

  it('are sent later, in order, where the bus was away or more wait than are remembered', async () => {
    const publisher = new SlowBus();
    bus(publisher);
    await tell(0);
    publisher.down = true;
    for (let n = 1; n < 30; n++) await tell(n);
    publisher.down = false;
    await drained();
    publisher.held = true;
    await Promise.all(Array.from({ length: 1300 }, (_, n) => tell(30 + n)));
    publisher.answer();
    await drained();
    expect(publisher.sent).toEqual(await stored());
    expect(publisher.sent).toHaveLength(1330);
  });

  it('do not overtake what was there before', async () => {
    const publisher = new SlowBus();
    for (let n = 0; n < 3; n++) await store.take({ type: 'add', account: 'a', amount: 1, tell: true });
    bus(publisher);
    await tell(0);
    await drained();
    expect(publisher.sent).toEqual(await stored());
    expect(publisher.sent).toHaveLength(4);
  });
});
