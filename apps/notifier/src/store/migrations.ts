import { engineMigration } from '@millrace/engine';
import type { Migration } from '@millrace/store';

export const migrations: readonly Migration[] = [
  engineMigration,
  {
    version: 202611230100,
    name: 'Releases and notices',
    tables: {
      releases: { columns: {}, indexes: [] },
      notices: {
        columns: { release: 'text', person: 'text', state: 'text', at: 'text' },
        indexes: [['at'], ['person', 'at'], ['state', 'at']],
      },
    },
  },
];
