import type { FrozenTable, Migration } from '@millrace/store';

const plain: FrozenTable = { columns: {}, indexes: [] };

/**
 * The engine's own tables, in each app's database. `inbox`: inputs that were decided; `outbox`: events to publish;
 * `work`: calls to the outside; `deadline`: timers; `self`: inputs to this service that wait for their turn; `parked`:
 * inputs about something not yet known; `journal`: what was decided and why; `dead_letter`: what could not be handled.
 */
export const engineTables = {
  inbox: { columns: { reply: 'text', at: 'text' }, indexes: [['at']] },
  outbox: {
    columns: { subject: 'text', sent_at: 'text', stream_seq: 'integer', stream_created: 'text' },
    indexes: [['sent_at'], ['stream_seq']],
  },
  work: {
    columns: { kind: 'text', state: 'text', due_at: 'text', lease_until: 'text', attempts: 'integer' },
    indexes: [['state', 'due_at']],
  },
  deadline: { columns: { due_at: 'text' }, indexes: [['due_at']] },
  self: plain,
  parked: { columns: { until: 'text' }, indexes: [['until']] },
  journal: { columns: { at: 'text', key: 'text', type: 'text', who: 'text' }, indexes: [['key', 'at']] },
  dead_letter: { columns: { state: 'text', at: 'text' }, indexes: [['state', 'at']] },
} as const satisfies Readonly<Record<string, FrozenTable>>;

/** The first step of every app's schema. */
export const engineMigration: Migration = { version: 202611230001, name: 'Engine', tables: engineTables };
