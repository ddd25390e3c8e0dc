import { rebuildWanted, say } from '@millrace/contracts';
import { engineMigration, type Machine } from '@millrace/engine';
import { doWork, parkUntil, put, refuse, tellSelf, wakeAt, type Row } from '@millrace/kernel';
import { byId, integer, table, type Migration } from '@millrace/store';

/** The smallest machine that uses every part of the engine: accounts with balances. It stands in for an app in tests. */
export interface Account extends Row {
  readonly balance: number;
}

export type LedgerInput =
  | { readonly type: 'open'; readonly account: string }
  | {
      readonly type: 'add';
      readonly account: string;
      readonly amount: number;
      readonly tell?: boolean;
      readonly pay?: string;
    }
  | { readonly type: 'both'; readonly account: string; readonly other: string; readonly amount: number }
  | { readonly type: 'later'; readonly account: string; readonly at: string; readonly amount: number }
  | { readonly type: 'paid'; readonly account: string; readonly receipt: string }
  | { readonly type: 'burst'; readonly account: string };

export const ledgerTables = {
  accounts: table<Account>('account', { balance: integer((a) => a.balance) }, [['balance']]),
};
type State = { readonly accounts: ReadonlyMap<string, Account> };

export const ledger: Machine<typeof ledgerTables, LedgerInput> = {
  app: 'harvester',
  tables: ledgerTables,
  keyOf: (input) => input.account,
  load: async (read, input) => ({ accounts: byId(await read.accounts.get(input.account)) }),
  decide: (state: State, input, { at }) => {
    const account = state.accounts.get(input.account);
    if (input.type === 'open') {
      if (account) return refuse('account-open', `account ${input.account} is open already`, 'use it', 'conflict');
      const opened = put(state, 'accounts', { id: input.account, revision: 0, balance: 0 });
      return { state: opened, effects: [], reply: { opened: input.account }, appeared: [`account/${input.account}`] };
    }
    if (!account) return parkUntil(`account/${input.account}`, 'the account is not open yet');
    switch (input.type) {
      case 'burst':
        throw new Error('this input always fails');
      case 'later':
        return {
          state,
          effects: [
            wakeAt(`later/${account.id}`, input.at, { type: 'add', account: account.id, amount: input.amount }),
          ],
        };
      case 'paid':
        return { state, effects: [] };
      case 'both': {
        const next = put(state, 'accounts', { ...account, balance: account.balance + input.amount });
        return { state: next, effects: [tellSelf({ type: 'add', account: input.other, amount: input.amount })] };
      }
      case 'add': {
        const balance = account.balance + input.amount;
        const data = { release: 'toy', compose: `c-${balance}`, components: [`rpm/${account.id}`] };
        const effects = [
          ...(input.tell
            ? [
                say(rebuildWanted, {
                  release: 'toy',
                  subject: `rpm/${account.id}`,
                  revision: account.revision + 1,
                  data,
                }),
              ]
            : []),
          ...(input.pay ? [doWork('pay', input.pay, { account: account.id, amount: input.amount })] : []),
        ];
        return { state: put(state, 'accounts', { ...account, balance }), effects, reply: { balance, at } };
      }
    }
  },
};

export const ledgerMigrations: readonly Migration[] = [
  engineMigration,
  {
    version: 202611230002,
    name: 'Accounts',
    tables: { account: { columns: { balance: 'integer' }, indexes: [['balance']] } },
  },
];
