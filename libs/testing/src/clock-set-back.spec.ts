import { Deadlines, Engine, pullBack } from '@millrace/engine';
import { uuidv7 } from 'uuidv7';
import { eventually, ledger, ledgerMigrations, openTestStore, testEngines } from './index';
import type { LedgerInput } from './index';
import { asEngine, type LedgerStore, meta } from './ledger-store';

describe.each(testEngines)('a clock that was ahead and is set right, on %s', (kind) => {
  let store: LedgerStore;
  const balance = async (id: string): Promise<number | undefined> => (await store.read.accounts.get(id))?.balance;
  const rows = (sql: string): Promise<Record<string, unknown>[]> => store.database.reader.rows(sql);

  beforeEach(async () => {
    store = await openTestStore(ledger, ledgerMigrations, kind);
    await store.take({ type: 'open', account: 'a' });
  });
  afterEach(() => store.dispose());

  it('has the timers of that time fire as long after it as they were meant to', async () => {
    const hour = 3_600_000;
    let now = Date.now() + 24 * hour;
    const at = (ms: number): string => new Date(ms).toISOString();
    const ahead = new Engine(store.database, ledger, { newId: uuidv7, now: () => now });
    await ahead.take({ type: 'later', account: 'a', at: at(now + hour), amount: 3 }, meta('ahead'));
    const right = at(Date.now() + 30 * 24 * hour);
    await store.take({ type: 'open', account: 'b' });
    await store.take({ type: 'later', account: 'b', at: right, amount: 4 });
    const deadlines = new Deadlines<LedgerInput>(
      store.database,
      asEngine(store),
      () => Promise.resolve(),
      () => now,
    );
    deadlines.start();
    const due = async () =>
      (await rows('SELECT due_at FROM harvester_deadline ORDER BY due_at')).map((row) => row['due_at']);
    await eventually(async () => (await due()).length === 2, 'both timers stand');
    now -= 24 * hour;
    deadlines.wake();
    await eventually(async () => (await due())[0] === at(now + hour), 'it is due in an hour, and not tomorrow');
    // One that was set by the right clock stays, however far it is.
    expect((await due())[1]).toBe(right);
    now += hour + 1000;
    deadlines.wake();
    await eventually(async () => (await balance('a')) === 3, 'it fired');
    await deadlines.stop();
    expect(await balance('b')).toBe(0);
  });

  it('has calls of that time made as long after it as they were meant to', async () => {
    const day = 24 * 3_600_000;
    const now = Date.now();
    const at = (ms: number): string => new Date(ms).toISOString();
    const insert = (id: string, ordered: number, due: number, attempts: number) =>
      store.database.transaction((tx) =>
        tx.change(
          `INSERT INTO harvester_work (id, revision, updated_at, doc, kind, state, due_at, attempts)
           VALUES ($1, 1, $2, '{}', 'pay', 'waiting', $3, $4)`,
          [id, at(ordered), at(due), attempts],
        ),
      );
    await insert('ahead', now + day, now + day + 5000, 0);
    await insert('meant', now - 5000, now + day, 0);
    await insert('pausing', now - 5000, now + day + 60_000, 2);
    expect(await pullBack(store.database, 'harvester', now)).toBe(2);
    expect(await rows('SELECT id, due_at FROM harvester_work ORDER BY id')).toEqual([
      { id: 'ahead', due_at: at(now + 5000) },
      { id: 'meant', due_at: at(now + day) },
      { id: 'pausing', due_at: at(now) },
    ]);
  });
});
