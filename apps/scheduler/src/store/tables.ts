import { aside, bigint, integer, keptAs, remembered, table, text } from '@millrace/store';
import type { AdoptedRow, BaselineRow, DebtRow } from '../domain/baseline/baseline-rows';
import { queueOf, rankOf } from '../domain/capacity';
import { isClear } from '../domain/needs';
import type { LandingRow, LandingStepRow } from '../domain/landing/landing-rows';
import type { BaseMovesRow, SideTagRow } from '../domain/side-tags/rows';
import type {
  AlertRow,
  BuildRow,
  CapacityRow,
  CascadeRow,
  ChangeRow,
  ContentsRow,
  CursorRow,
  DurationRow,
  FailureRow,
  PreviewRow,
  RebuildRow,
  ReleaseRevisionRow,
  ReleaseRow,
  RequestRow,
  SaidRow,
  SourceRow,
  ValidatedRow,
  WatchRow,
} from '../domain/state';
import { compactOpen, openAside } from './compact-open';
import { compactSlots } from './compact-slots';

/** The scheduler's tables: the rows of `domain/state.ts`, and the columns by which they are searched. */
export const tables = {
  releases: remembered(100, table<ReleaseRow>('releases')),
  revisions: table<ReleaseRevisionRow>(
    'revisions',
    { release: text((row) => row.release), number: integer((row) => row.number) },
    [['release', 'number']],
  ),
  changes: table<ChangeRow>(
    'changes',
    { release: text((row) => row.release), outcome: text((row) => row.outcome), at: text((row) => row.at) },
    [['release', 'outcome'], ['at'], ['release', 'at']],
    // A set may name a whole distribution: its rebuilds are found by their own components.
    (row) => [...row.components, ...(row.dropped ?? [])].slice(0, 2000).map((one) => one.component),
  ),
  cascades: remembered(
    100,
    table<CascadeRow>(
      'cascades',
      {
        release: text((row) => row.release),
        state: text((row) => row.state),
        started_at: text((row) => row.startedAt),
      },
      [['release', 'state'], ['started_at'], ['state']],
    ),
  ),
  rebuilds: remembered(
    4000,
    aside(
      ['open', 'because'],
      keptAs(
        compactOpen,
        table<RebuildRow>(
          'rebuilds',
          {
            cascade: text((row) => row.cascade),
            component: text((row) => row.component),
            state: text((row) => row.state),
            tier: integer((row) => row.tier),
            queue: text(queueOf),
            rank: bigint((row) => rankOf(row)),
            fresh: integer((row) => (row.fresh ? 1 : null)),
            clear: integer((row) => (row.state === 'waiting' && isClear(row) ? 1 : null)),
            doubtful: integer((row) => (row.doubtful ? 1 : null)),
          },
          [
            ['cascade', 'state'],
            ['cascade', 'component'],
            ['cascade', 'tier'],
            ['cascade', 'queue', 'rank'],
            ['cascade', 'fresh', 'tier'],
          ],
        ),
      ),
      { write: openAside, columns: ['queue', 'clear'] },
    ),
  ),
  requests: table<RequestRow>('requests'),
  previews: table<PreviewRow>('previews'),
  builds: remembered(
    2000,
    table<BuildRow>(
      'builds',
      {
        release: text((row) => row.release),
        component: text((row) => row.component),
        cascade: text((row) => row.cascade),
        started_at: text((row) => row.startedAt),
      },
      [['release', 'component'], ['started_at']],
    ),
  ),
  contents: table<ContentsRow>('contents'),
  capacity: remembered(100, keptAs(compactSlots, table<CapacityRow>('capacity'))),
  durations: table<DurationRow>('durations', { release: text((row) => row.release) }, [['release']]),
  sources: table<SourceRow>('sources', { release: text((row) => row.release) }, [['release']]),
  cursors: table<CursorRow>('cursors', { release: text((row) => row.release) }),
  validated: table<ValidatedRow>('validated', { release: text((row) => row.release) }, [['release']]),
  said: remembered(100, table<SaidRow>('said')),
  alerts: table<AlertRow>(
    'alerts',
    {
      release: text((row) => row.release),
      open: integer((row) => (row.endedAt === null ? 1 : null)),
      since: text((row) => row.since),
    },
    [['release', 'open'], ['open'], ['since']],
  ),
  failures: table<FailureRow>(
    'failures',
    {
      release: text((row) => row.release),
      component: text((row) => row.component),
      open: integer((row) => (row.open ? 1 : null)),
      at: text((row) => row.at),
    },
    [['release', 'component'], ['release', 'open'], ['at']],
  ),
  watches: table<WatchRow>('watches'),
  baselines: table<BaselineRow>('baselines'),
  debts: table<DebtRow>(
    'debts',
    {
      release: text((row) => row.release),
      kind: text((row) => row.kind),
      open: integer((row) => (row.settledAt === null ? 1 : null)),
    },
    [
      ['release', 'kind'],
      ['release', 'open'],
    ],
  ),
  adopted: table<AdoptedRow>('adopted', { release: text((row) => row.release) }, [['release']]),
  sideTags: table<SideTagRow>(
    'side_tags',
    { release: text((row) => row.release), cascade: text((row) => row.cascade) },
    [['release'], ['cascade']],
  ),
  baseMoves: table<BaseMovesRow>('base_moves'),
  landings: table<LandingRow>(
    'landings',
    {
      release: text((row) => row.release),
      cascade: text((row) => row.cascade),
      state: text((row) => row.state),
      at: text((row) => row.at),
    },
    [['cascade'], ['release', 'at'], ['state'], ['at']],
  ),
  landing_steps: table<LandingStepRow>(
    'landing_steps',
    {
      landing: text((row) => row.landing),
      component: text((row) => row.component),
      state: text((row) => row.state),
    },
    [
      ['landing', 'component'],
      ['landing', 'state'],
    ],
  ),
} as const;

export type SchedulerTables = typeof tables;
