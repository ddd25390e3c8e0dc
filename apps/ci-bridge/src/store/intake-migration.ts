import type { Migration } from '@millrace/store';

export const intakeMigration: Migration = {
  version: 202611230005,
  name: 'Results of others and for others',
  tables: {
    intake: { columns: {}, indexes: [] },
    forwards: { columns: { lane: 'text', state: 'text' }, indexes: [['lane'], ['state']] },
    polls: { columns: {}, indexes: [] },
  },
};
