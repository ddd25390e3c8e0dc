import { WorkRunner, type WorkKind } from '@millrace/engine';
import { AppError } from '@millrace/kernel';
import { eventually, ledger, ledgerMigrations, openTestStore, testEngines, type LedgerInput } from './index';
import { asEngine, quiet } from './ledger-store';

describe.each(testEngines)('a call that is tried again on %s', (kind) => {
  it.each([
    ['as long as every call', {}, 200],
    ['as long as its kind says at most', { longestPauseMs: 50 }, 50],
  ])('pauses %s', async (_, pauses, expected) => {
    const store = await openTestStore(ledger, ledgerMigrations, kind);
    await store.take({ type: 'open', account: 'a' });
    await store.take({ type: 'add', account: 'a', amount: 1, pay: 'p1' });
    const pay: WorkKind<unknown, string, LedgerInput> = {
      ...{ kind: 'pay', concurrency: 1, timeoutMs: 5000, tries: 2, ...pauses },
      run: () => Promise.reject(new AppError({ code: 'away', kind: 'unavailable', message: 'the bank is closed' })),
      toInput: () => ({ type: 'paid', account: 'a', receipt: '' }),
    };
    // A clock that stands: the second try never comes.
    const now = Date.now() + 1000;
    const runner = new WorkRunner<LedgerInput>(store.database, asEngine(store), [pay], quiet, () => now);
    await runner.start(true);
    const pause = async (): Promise<number> => {
      const [row] = await store.database.reader.rows<{ due_at: string }>('SELECT due_at FROM harvester_work');
      return Date.parse(row!.due_at) - now;
    };
    await eventually(async () => (await pause()) > 0, 'the call was put off');
    expect(await pause()).toBe(expected);
    await runner.stop();
    await store.dispose();
  });
});
