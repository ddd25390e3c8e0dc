import { engineMigration } from '@millrace/engine';
import type { Migration } from '@millrace/store';

export const migrations: readonly Migration[] = [
  engineMigration,
  {
    version: 202611230100,
    name: 'Releases, snapshots and overlays',
    tables: {
      releases: { columns: {}, indexes: [] },
      snapshots: { columns: { release: 'text', number: 'integer' }, indexes: [['release', 'number']] },
      facts: { columns: { component: 'text' }, indexes: [] },
      overlays: { columns: {}, indexes: [] },
      layers: { columns: { overlay: 'text', number: 'integer' }, indexes: [['overlay', 'number']] },
    },
  },
  {
    version: 202611230600,
    name: 'Imported graphs',
    tables: {
      graphs: { columns: {}, indexes: [] },
      archives: {
        columns: { release: 'text', number: 'integer', file: 'text' },
        indexes: [['release', 'number'], ['file']],
      },
    },
  },
];
