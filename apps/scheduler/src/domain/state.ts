import type { Contents, ReleaseDefinition, SourceRef } from '@millrace/contracts';
import type { ComponentId, Moment, Row, SliceOf } from '@millrace/kernel';
import type { AdoptedRow, BaselineRow, DebtRow } from './baseline/baseline-rows';
import type { Turns } from './fair-turns';
import type { BuildRow } from './build-rows';
import type { CascadeRow, PreviewRow, RebuildRow, Repository, RequestRow } from './cascade-rows';
import type { ChangeRow } from './change-rows';
import type { Hold } from './hold-rows';
import type { LandingRow, LandingStepRow } from './landing/landing-rows';
import type { BaseMovesRow, SideTagRow } from './side-tags/rows';
import type { AlertRow, FailureRow, WatchRow } from './watch-rows';

export type { BuildRow, BuiltinCheck } from './build-rows';

export type {
  CascadeRow,
  Planning,
  PreviewRow,
  Ramp,
  RebuildRow,
  Repository,
  RequestRow,
  Urgency,
  WantedComponent,
} from './cascade-rows';

export type { ChangedComponent, ChangeKind, ChangeRow } from './change-rows';

export type { Marks, Sums } from './time-rows';

export type { AlertRow, FailureRow, Regression, WatchRow } from './watch-rows';

/** id: the release's name. */
export interface ReleaseRow extends Row {
  readonly definitionRevision: number;
  readonly digest: string;
  readonly definition: ReleaseDefinition;
  readonly by: string;
  readonly at: Moment;
  /** The oldest cascade of this release that has not ended. */
  readonly running: string | null;
  /** Younger ones that run beside it, the oldest first. */
  readonly beside?: readonly string[];
  /** The newest snapshot of its graph that the resolver has told of. */
  readonly snapshot?: string;
  /** Its number, where it came with one. */
  readonly snapshotNumber?: number | null;
  /** Cascades that were planned while it only observed, the oldest first. */
  readonly observed?: readonly string[];
  /** What people hold now. */
  readonly holds?: readonly Hold[];
  /** Cascades so far. */
  readonly cascades: number;
  /** What the last cascade that completed left; null: nothing was built yet. */
  readonly repository: Repository | null;
}

/** id: `<release>/<revision>`; never changes. */
export interface ReleaseRevisionRow extends Row {
  readonly release: string;
  readonly number: number;
  readonly digest: string;
  readonly definition: ReleaseDefinition;
  readonly by: string;
  readonly why: string;
  readonly at: Moment;
}

/** id: the digest. Never changes. */
export interface ContentsRow extends Row {
  readonly contents: Contents;
}

/** A build that has a slot of its build system, or is about to take it. */
export interface Slot {
  readonly rebuild: string;
  readonly attempt: number;
  readonly release: string;
  readonly cascade: string;
  /** Of builders, where a share of it is left to people. */
  readonly channel?: string;
}

/**
 * id: `build-system/<name>`. Who waits for a slot stands in no list of its own: it is the rebuilds that are ready, in
 * the order of their ranks.
 */
export interface CapacityRow extends Row {
  /** Builds at one time; 0 until the build system has said it. */
  readonly limit: number;
  /** What the builders of each channel bear, where a release leaves a share of them to people. */
  readonly channels?: Readonly<Record<string, number>>;
  readonly granted: readonly Slot[];
  /** Breakdowns in a row that were the build system's own; what was built proves that it works. */
  readonly breakdowns: number;
  /** It is down since then: one build at a time tries whether it is back. */
  readonly downSince: Moment | null;
  readonly nextTry: Moment | null;
  readonly problem: string | null;
  /** Whose turn is next among cascades with the same share; left out where no two wait. */
  readonly turns?: Turns;
}

/** id: `<release>/<component>`: how long its builds took, in milliseconds, the newest last. */
export interface DurationRow extends Row {
  readonly release: string;
  readonly component: ComponentId;
  readonly recent: readonly number[];
  /** Their median. */
  readonly typical: number;
  /** What the packages of the last one take. */
  readonly bytes?: number;
}

/** id: `<release>/<component>`: the last commit seen of a source. */
export interface SourceRow extends Row {
  readonly release: string;
  readonly component: ComponentId;
  readonly url: string;
  readonly commit: string;
  /** Heads that it had before, the newest last: a message about one of them is late. */
  readonly passed?: readonly string[];
  /** When a forge told of its head. */
  readonly pushedAt?: Moment;
  /** The head that was reported because the newest build is of another. */
  readonly told?: string;
}

/** id: `<release>/<build system>`: how far the list of its builds was read. */
export interface CursorRow extends Row {
  readonly release: string;
  readonly system: string;
  readonly cursor: string | null;
  readonly round: number;
  readonly problem: string | null;
  /** Since when it has the problem. */
  readonly problemSince?: Moment | null;
  /** When it last answered, to the minute. */
  readonly answeredAt?: Moment | null;
}

/** id: `<release>/<component>`: the newest validated build. */
export interface ValidatedRow extends Row {
  readonly release: string;
  readonly component: ComponentId;
  readonly build: string;
  readonly nvr: string;
  readonly contents: string;
  readonly cascade: string;
  /** Of its rebuild in that cascade. */
  readonly generation: number;
  readonly source: SourceRef | null;
  /** When it was validated. */
  readonly at?: Moment | null;
}

/** id: the release's name. Every event about a release takes the next number as its revision. */
export interface SaidRow extends Row {
  readonly count: number;
}

export type Rows = {
  readonly releases: ReleaseRow;
  readonly revisions: ReleaseRevisionRow;
  readonly changes: ChangeRow;
  readonly cascades: CascadeRow;
  readonly requests: RequestRow;
  readonly previews: PreviewRow;
  readonly rebuilds: RebuildRow;
  readonly builds: BuildRow;
  readonly contents: ContentsRow;
  readonly capacity: CapacityRow;
  readonly durations: DurationRow;
  readonly sources: SourceRow;
  readonly cursors: CursorRow;
  readonly validated: ValidatedRow;
  readonly said: SaidRow;
  readonly alerts: AlertRow;
  readonly failures: FailureRow;
  readonly watches: WatchRow;
  readonly baselines: BaselineRow;
  readonly debts: DebtRow;
  readonly adopted: AdoptedRow;
  readonly landings: LandingRow;
  readonly landing_steps: LandingStepRow;
  readonly sideTags: SideTagRow;
  readonly baseMoves: BaseMovesRow;
};

export type State = SliceOf<Rows>;

export const emptyState: State = {
  releases: new Map(),
  revisions: new Map(),
  changes: new Map(),
  cascades: new Map(),
  requests: new Map(),
  previews: new Map(),
  rebuilds: new Map(),
  builds: new Map(),
  contents: new Map(),
  capacity: new Map(),
  durations: new Map(),
  sources: new Map(),
  cursors: new Map(),
  validated: new Map(),
  said: new Map(),
  alerts: new Map(),
  failures: new Map(),
  watches: new Map(),
  baselines: new Map(),
  debts: new Map(),
  adopted: new Map(),
  landings: new Map(),
  landing_steps: new Map(),
  sideTags: new Map(),
  baseMoves: new Map(),
};
