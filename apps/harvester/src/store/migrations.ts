import { engineMigration } from '@millrace/engine';
import type { Migration } from '@millrace/store';

export const migrations: readonly Migration[] = [
  engineMigration,
  {
    version: 202611230100,
    name: 'Releases and composes',
    tables: {
      releases: { columns: {}, indexes: [] },
      counters: { columns: {}, indexes: [] },
      composes: {
        columns: { release: 'text', state: 'text', cascade: 'text', at: 'text' },
        indexes: [['at'], ['release', 'at'], ['release', 'state'], ['cascade']],
      },
    },
  },
];
