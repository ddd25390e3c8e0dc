import type { Engine } from '@millrace/engine';
import type { Tables } from '@millrace/store';
import type { LedgerInput, ledgerTables } from './ledger';
import type { TestStore } from './test-store';

/** What the engine's own specs share: a ledger in a store, seen as what the engine's parts ask for. */
export type LedgerStore = TestStore<typeof ledgerTables, LedgerInput>;

export const quiet = { retry: () => undefined, unknown: () => undefined };

export function asEngine(store: LedgerStore): Engine<Tables, LedgerInput> {
  return store.engine as unknown as Engine<Tables, LedgerInput>;
}

export function meta(id: string) {
  return { id, source: 'test', who: 'ada' };
}
