import { table, text } from '@millrace/store';
import type { Notice, Release } from '../domain/state';

export const tables = {
  releases: table<Release>('releases'),
  notices: table<Notice>(
    'notices',
    {
      release: text((n) => n.release),
      person: text((n) => n.person),
      state: text((n) => n.state),
      at: text((n) => n.at),
    },
    [['at'], ['person', 'at'], ['state', 'at']],
  ),
};
export type NotifierTables = typeof tables;
