import { engineMigration } from '@millrace/engine';
import type { Migration } from '@millrace/store';
import { compactResultData } from './compact-result-data';
import { gateMigration } from './gate-migration';
import { intakeMigration } from './intake-migration';

export const migrations: readonly Migration[] = [
  engineMigration,
  {
    version: 202611230002,
    name: 'Results, waivers, verdicts',
    tables: {
      results: {
        columns: { testcase: 'text', outcome: 'text', submit_time: 'text' },
        indexes: [['testcase', 'submit_time'], ['submit_time']],
      },
      sources: { columns: {}, indexes: [] },
      result_data: {
        columns: { key: 'text', value: 'text', result: 'text' },
        indexes: [['value', 'key', 'result']],
      },
      groups: { columns: { number: 'integer', description: 'text' }, indexes: [['number'], ['description']] },
      testcases: { columns: {}, indexes: [] },
      counters: { columns: {}, indexes: [] },
      waivers: {
        columns: {
          subject_type: 'text',
          subject: 'text',
          testcase: 'text',
          product_version: 'text',
          username: 'text',
        },
        indexes: [['subject']],
      },
      verdicts: {
        columns: { subject: 'text', release: 'text', component: 'text', decision: 'text', answered_at: 'text' },
        indexes: [['component'], ['release', 'decision'], ['answered_at']],
      },
      watches: { columns: { name: 'text', verdict: 'text' }, indexes: [['name']] },
      releases: { columns: {}, indexes: [] },
    },
  },
  {
    version: 202611230003,
    name: 'Results by terms',
    tables: {},
    terms: ['results'],
    move: compactResultData,
    drops: ['result_data'],
  },
  gateMigration,
  intakeMigration,
];
