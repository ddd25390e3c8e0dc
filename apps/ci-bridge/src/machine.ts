import type { Machine } from '@millrace/engine';
import { decide } from './domain/decide';
import type { Input } from './domain/input';
import { load } from './store/load';
import { tables, type BridgeTables } from './store/tables';

/**
 * The bridge's heart. All its inputs share one key: numbers of results are given one after another, and a question
 * about a build must see each of its results, or the result must see the question.
 */
export const machine: Machine<BridgeTables, Input> = {
  app: 'ci-bridge',
  tables,
  keyOf: () => 'results',
  load,
  decide,
  readsAhead: true,
};
