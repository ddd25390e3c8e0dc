import { table, text } from '@millrace/store';
import type { Compose, Counter, Release } from '../domain/state';

export const tables = {
  releases: table<Release>('releases'),
  counters: table<Counter>('counters'),
  composes: table<Compose>(
    'composes',
    {
      release: text((c) => c.release),
      state: text((c) => c.state),
      cascade: text((c) => c.cascade),
      at: text((c) => c.at),
    },
    [['at'], ['release', 'at'], ['release', 'state'], ['cascade']],
  ),
};
export type HarvesterTables = typeof tables;
