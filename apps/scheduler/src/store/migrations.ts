import { engineMigration } from '@millrace/engine';
import type { Migration } from '@millrace/store';

/** Released steps never change; a test compares their sum with the live tables. */
export const migrations: readonly Migration[] = [
  engineMigration,
  {
    version: 202611230002,
    name: 'first',
    tables: {
      releases: { columns: {}, indexes: [] },
      revisions: { columns: { release: 'text', number: 'integer' }, indexes: [['release', 'number']] },
      changes: { columns: { release: 'text', outcome: 'text' }, indexes: [['release', 'outcome']] },
      cascades: {
        columns: { release: 'text', state: 'text', started_at: 'text' },
        indexes: [['release', 'state'], ['started_at']],
      },
      rebuilds: {
        columns: { cascade: 'text', component: 'text', state: 'text', tier: 'integer' },
        indexes: [
          ['cascade', 'state'],
          ['cascade', 'component'],
          ['cascade', 'tier'],
        ],
      },
      builds: {
        columns: { release: 'text', component: 'text', cascade: 'text', started_at: 'text' },
        indexes: [['release', 'component'], ['started_at']],
      },
      contents: { columns: {}, indexes: [] },
      capacity: { columns: {}, indexes: [] },
      sources: { columns: { release: 'text' }, indexes: [['release']] },
      cursors: { columns: { release: 'text' }, indexes: [] },
      validated: { columns: { release: 'text' }, indexes: [['release']] },
      said: { columns: {}, indexes: [] },
    },
  },
  {
    version: 202611230900,
    name: 'queues',
    tables: {
      requests: { columns: {}, indexes: [] },
      previews: { columns: {}, indexes: [] },
      durations: { columns: { release: 'text' }, indexes: [['release']] },
    },
    widened: {
      cascades: { columns: {}, indexes: [['state']] },
      rebuilds: {
        columns: { queue: 'text', rank: 'bigint', fresh: 'integer', clear: 'integer', doubtful: 'integer' },
        indexes: [
          ['cascade', 'queue', 'rank'],
          ['cascade', 'fresh', 'tier'],
        ],
      },
    },
  },
  {
    version: 202611230950,
    name: 'changes by time and component',
    tables: {},
    widened: { changes: { columns: { at: 'text' }, indexes: [['at'], ['release', 'at']] } },
    terms: ['changes'],
  },
  {
    version: 202611231010,
    name: 'alerts and failures',
    tables: {
      alerts: {
        columns: { release: 'text', open: 'integer', since: 'text' },
        indexes: [['release', 'open'], ['open'], ['since']],
      },
      failures: {
        columns: { release: 'text', component: 'text', open: 'integer', at: 'text' },
        indexes: [['release', 'component'], ['release', 'open'], ['at']],
      },
      watches: { columns: {}, indexes: [] },
    },
  },
  {
    version: 202611231545,
    name: 'landings',
    tables: {
      landings: {
        columns: { release: 'text', cascade: 'text', state: 'text', at: 'text' },
        indexes: [['cascade'], ['release', 'at'], ['state'], ['at']],
      },
      landing_steps: {
        columns: { landing: 'text', component: 'text', state: 'text' },
        indexes: [
          ['landing', 'component'],
          ['landing', 'state'],
        ],
      },
    },
  },
  {
    version: 202611231555,
    name: 'side tags',
    tables: {
      side_tags: { columns: { release: 'text', cascade: 'text' }, indexes: [['release'], ['cascade']] },
      base_moves: { columns: {}, indexes: [] },
    },
  },
  {
    version: 202611231610,
    name: 'baselines',
    tables: {
      baselines: { columns: {}, indexes: [] },
      debts: {
        columns: { release: 'text', kind: 'text', open: 'integer' },
        indexes: [
          ['release', 'kind'],
          ['release', 'open'],
        ],
      },
      adopted: { columns: { release: 'text' }, indexes: [['release']] },
    },
  },
  { version: 202611231620, name: 'open needs aside', tables: {}, aside: ['rebuilds'] },
];
