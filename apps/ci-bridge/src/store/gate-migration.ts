import type { Migration } from '@millrace/store';

export const gateMigration: Migration = {
  version: 202611230004,
  name: 'Policy files, decisions, waivers that reach further',
  tables: {
    catalogues: { columns: {}, indexes: [] },
    decisions: { columns: { subject: 'text', verdict: 'text' }, indexes: [['subject'], ['verdict']] },
  },
  widened: { verdicts: { columns: { counted: 'text', cascade: 'text' }, indexes: [['counted'], ['cascade']] } },
  terms: ['waivers'],
};
