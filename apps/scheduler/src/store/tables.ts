import { integer, table, text } from '@millrace/store';
import type {
  BuildRow,
  CapacityRow,
  CascadeRow,
  ChangeRow,
  ContentsRow,
  CursorRow,
  RebuildRow,
  ReleaseRevisionRow,
  ReleaseRow,
  SaidRow,
  SourceRow,
  ValidatedRow,
} from '../domain/state';

/** The scheduler's tables: the rows of `domain/state.ts`, and the columns by which they are searched. */
export const tables = {
  releases: table<ReleaseRow>('releases'),
  revisions: table<ReleaseRevisionRow>(
    'revisions',
    { release: text((row) => row.release), number: integer((row) => row.number) },
    [['release', 'number']],
  ),
  changes: table<ChangeRow>('changes', { release: text((row) => row.release), outcome: text((row) => row.outcome) }, [
    ['release', 'outcome'],
  ]),
  cascades: table<CascadeRow>(
    'cascades',
    {
      release: text((row) => row.release),
      state: text((row) => row.state),
      started_at: text((row) => row.startedAt),
    },
    [['release', 'state'], ['started_at']],
  ),
  rebuilds: table<RebuildRow>(
    'rebuilds',
    {
      cascade: text((row) => row.cascade),
      component: text((row) => row.component),
      state: text((row) => row.state),
      tier: integer((row) => row.tier),
    },
    [
      ['cascade', 'state'],
      ['cascade', 'component'],
      ['cascade', 'tier'],
    ],
  ),
  builds: table<BuildRow>(
    'builds',
    {
      release: text((row) => row.release),
      component: text((row) => row.component),
      cascade: text((row) => row.cascade),
      started_at: text((row) => row.startedAt),
    },
    [['release', 'component'], ['started_at']],
  ),
  contents: table<ContentsRow>('contents'),
  capacity: table<CapacityRow>('capacity'),
  sources: table<SourceRow>('sources', { release: text((row) => row.release) }, [['release']]),
  cursors: table<CursorRow>('cursors', { release: text((row) => row.release) }),
  validated: table<ValidatedRow>('validated', { release: text((row) => row.release) }, [['release']]),
  said: table<SaidRow>('said'),
} as const;

export type SchedulerTables = typeof tables;
