import { Engine, WorkRunner, type WorkKind } from '@millrace/engine';
import { AppError } from '@millrace/kernel';
import type { Tables } from '@millrace/store';
import { uuidv7 } from 'uuidv7';
import { eventually, ledger, ledgerMigrations, openTestStore, testEngines, type LedgerInput } from './index';
import { asEngine, type LedgerStore, meta, quiet } from './ledger-store';

describe.each(testEngines)('calls of the engine on %s', (kind) => {
  let store: LedgerStore;
  const rows = (sql: string): Promise<Record<string, unknown>[]> => store.database.reader.rows(sql);

  beforeEach(async () => {
    store = await openTestStore(ledger, ledgerMigrations, kind);
    await store.take({ type: 'open', account: 'a' });
  });
  afterEach(() => store.dispose());

  it('performs a call once, tries it again while things are away, and reports its outcome', async () => {
    let calls = 0;
    const pay: WorkKind<{ account: string }, string, LedgerInput> = {
      kind: 'pay',
      concurrency: 2,
      timeoutMs: 5000,
      tries: 5,
      run: async ({ account }, { key, attempt }) => {
        calls++;
        if (attempt < 3) throw new AppError({ code: 'away', kind: 'unavailable', message: 'the bank is closed' });
        return Promise.resolve(`${key} for ${account}`);
      },
      toInput: ({ account }, outcome) => ({
        type: 'paid',
        account,
        receipt: outcome.ok ? outcome.value : outcome.fault.code,
      }),
    };
    await store.take({ type: 'add', account: 'a', amount: 1, pay: 'p1' });
    await store.take({ type: 'add', account: 'a', amount: 1, pay: 'p1' });
    const runner = new WorkRunner<LedgerInput>(store.database, asEngine(store), [pay], quiet);
    await runner.start(true);
    await eventually(
      async () => (await rows("SELECT id FROM harvester_journal WHERE type = 'paid'")).length === 1,
      'the payment was reported',
    );
    await runner.stop();
    expect(calls).toBe(3);
  });

  it('begins a call with the commit that orders it, once, and keeps its places in bounds', async () => {
    const calls: string[] = [];
    let finish = (): void => undefined;
    const pay: WorkKind<{ account: string }, string, LedgerInput> = {
      kind: 'pay',
      concurrency: 1,
      timeoutMs: 5000,
      tries: 1,
      run: async (_, { key }) => {
        calls.push(key);
        if (key === 'p1') await new Promise<void>((done) => (finish = done));
        return key;
      },
      toInput: ({ account }, outcome) => ({ type: 'paid', account, receipt: outcome.ok ? outcome.value : '' }),
    };
    let runner: WorkRunner<LedgerInput> | null = null;
    const places = {
      reserve: (kind: string) => runner!.places.reserve(kind),
      giveBack: (kind: string) => runner!.places.giveBack(kind),
      begin: (begun: Parameters<WorkRunner<LedgerInput>['places']['begin']>[0]) => runner!.places.begin(begun),
    };
    const engine = new Engine(store.database, ledger, { newId: uuidv7, places });
    runner = new WorkRunner<LedgerInput>(
      store.database,
      engine as unknown as Engine<Tables, LedgerInput>,
      [pay],
      quiet,
    );
    await runner.start(true);
    await engine.take({ type: 'add', account: 'a', amount: 1, pay: 'p1' }, meta('one'));
    expect(calls).toEqual(['p1']);
    await engine.take({ type: 'add', account: 'a', amount: 1, pay: 'p1' }, meta('two'));
    await engine.take({ type: 'add', account: 'a', amount: 1, pay: 'p2' }, meta('three'));
    expect(calls).toEqual(['p1']);
    const faulty = engine.take({ type: 'add', account: 'nobody', amount: 1, pay: 'p3' }, meta('four'));
    await faulty.catch(() => undefined);
    finish();
    await eventually(
      async () => (await rows("SELECT id FROM harvester_work WHERE state = 'done'")).length === 2,
      'both',
    );
    await engine.take({ type: 'add', account: 'a', amount: 1, pay: 'p4' }, meta('five'));
    await eventually(() => calls.length === 3, 'its place was free again');
    expect(calls).toEqual(['p1', 'p2', 'p4']);
    await runner.stop();
    await engine.close();
  });

  it('takes up a call whose process died, with the same key', async () => {
    await store.take({ type: 'add', account: 'a', amount: 1, pay: 'p9' });
    await store.database.transaction((tx) =>
      tx.change("UPDATE harvester_work SET state = 'running', lease_until = '2999-01-01T00:00:00.000Z', attempts = 1"),
    );
    const keys: string[] = [];
    const pay: WorkKind<{ account: string }, string, LedgerInput> = {
      kind: 'pay',
      concurrency: 1,
      timeoutMs: 1000,
      tries: 1,
      run: (_, { key }) => Promise.resolve(keys.push(key)).then(() => 'done'),
      toInput: ({ account }) => ({ type: 'paid', account, receipt: '' }),
    };
    const runner = new WorkRunner<LedgerInput>(store.database, asEngine(store), [pay], quiet);
    await runner.start(true);
    await eventually(() => keys.length === 1, 'the call was made again');
    await runner.stop();
    expect(keys).toEqual(['p9']);
  });

  it('makes a call again that took too long, and outlives an outcome that it cannot hand over', async () => {
    await store.take({ type: 'add', account: 'a', amount: 1, pay: 'slow' });
    const faults: string[] = [];
    let handed = 0;
    const pay: WorkKind<{ account: string }, string, LedgerInput> = {
      kind: 'pay',
      concurrency: 1,
      timeoutMs: 20,
      tries: 3,
      run: (_, { attempt, signal }) =>
        attempt > 1
          ? Promise.resolve('paid')
          : new Promise((__, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
      toInput: ({ account }) => {
        if (handed++ === 0) throw new Error('no input can be made of this');
        return { type: 'paid', account, receipt: '' };
      },
    };
    const runner = new WorkRunner<LedgerInput>(store.database, asEngine(store), [pay], {
      ...quiet,
      retry: (_, __, ___, fault) => faults.push(fault.code),
    });
    await runner.start(true);
    await eventually(() => faults.length === 2, 'both faults were told');
    // Its lease would end by itself, in seconds.
    await store.database.transaction((tx) => tx.change("UPDATE harvester_work SET lease_until = '2026-01-31'"));
    await eventually(
      async () => (await rows("SELECT id FROM harvester_work WHERE state = 'done'")).length === 1,
      'the call was reported in the end',
    );
    await runner.stop();
    expect(faults).toEqual(['call-timed-out', 'unexpected']);
  });
});
