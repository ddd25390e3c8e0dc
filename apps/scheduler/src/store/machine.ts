import type { Machine } from '@millrace/engine';
import { decide } from '../domain/decide';
import { keyOf, type Input } from '../domain/input';
import { load } from './load';
import { tables, type SchedulerTables } from './tables';

/** The scheduler's heart as the engine runs it. */
export const machine: Machine<SchedulerTables, Input> = {
  app: 'scheduler',
  tables,
  keyOf,
  load,
  decide,
  readsAhead: true,
};
