import type {
  BuildState,
  CascadeState,
  Contents,
  Evidence,
  RebuildState,
  ReleaseDefinition,
  SourceRef,
  Subject,
} from '@millrace/contracts';
import type { ComponentId, Moment, Row, SliceOf } from '@millrace/kernel';

/** A numbered, immutable repository, and the place that it belongs to (`base`, or a cascade's id). */
export interface Repository {
  readonly number: number;
  readonly address: string;
  readonly place: string;
}

/** id: the release's name. */
export interface ReleaseRow extends Row {
  readonly definitionRevision: number;
  readonly digest: string;
  readonly definition: ReleaseDefinition;
  readonly by: string;
  readonly at: Moment;
  /** The one cascade of this release that has not ended. */
  readonly running: string | null;
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

export interface ChangedComponent {
  readonly component: ComponentId;
  readonly source: SourceRef | null;
  readonly nvr: string | null;
}

export type ChangeKind = 'commit' | 'build' | 'set' | 'missing';
export type Urgency = 'security' | 'normal' | 'background';

export interface ChangeRow extends Row {
  readonly release: string;
  readonly kind: ChangeKind;
  readonly components: readonly ChangedComponent[];
  /** Every component of the release. */
  readonly all: boolean;
  readonly urgency: Urgency;
  readonly by: string;
  readonly why: string;
  readonly outcome: 'cascade' | 'waits' | 'ignored';
  readonly cascade: string | null;
  readonly because: string;
  readonly at: Moment;
}

export interface WantedComponent {
  readonly component: ComponentId;
  readonly because: string;
  /** The number of the plan that it goes into. */
  readonly plan: number;
}

/** A longer plan that is being made, or wanted once that one is there. */
export interface Planning {
  /** Plans asked for, and plans that came: equal when none is under way. */
  readonly asked: number;
  readonly made: number;
  /** Components that the next plan must have too, with the reasons. */
  readonly wanted: readonly WantedComponent[];
}

export interface CascadeRow extends Row {
  readonly release: string;
  readonly number: number;
  readonly definitionRevision: number;
  readonly state: CascadeState;
  readonly roots: readonly ComponentId[];
  readonly members: readonly ComponentId[] | 'all';
  /** Sources that the changes named; other members are built from the head of their repository. */
  readonly sources: Readonly<Record<ComponentId, SourceRef>>;
  readonly why: string;
  readonly by: string;
  /** Revision of the plan; 0 until there is one. */
  readonly plan: number;
  readonly planning: Planning;
  readonly tiers: number;
  readonly counts: Readonly<Partial<Record<RebuildState, number>>>;
  /** Rebuilds of each tier that are not settled. */
  readonly openByTier: Readonly<Record<number, number>>;
  readonly scope: string;
  readonly pace: 'flow' | 'lockstep';
  readonly snapshot: string | null;
  readonly likely: readonly ComponentId[];
  readonly atMost: readonly ComponentId[];
  /** Validated builds so far: the revision of the resolver's overlay. */
  readonly overlay: number;
  /** Validated builds whose verdict turned. */
  readonly doubtful: number;
  /** The place is being closed: nothing can join any more. */
  readonly closing: boolean;
  /** What hinders it, beside its rebuilds; null: nothing. */
  readonly problem: string | null;
  /** Makes the keys of the cascade's own calls unique. */
  readonly round: number;
  readonly startedAt: Moment;
  readonly endedAt: Moment | null;
  readonly landed: boolean;
  readonly repository: Repository | null;
}

/** id: `<cascade>/<component>/<generation>.<pass>`. */
export interface RebuildRow extends Row {
  readonly cascade: string;
  readonly release: string;
  readonly component: ComponentId;
  readonly generation: number;
  readonly pass: number;
  readonly tier: number;
  /** The longest chain of dependants above it: what runs first when capacity is short. */
  readonly height: number;
  readonly priority: number;
  readonly bootstrap: boolean;
  readonly macros: Readonly<Record<string, string>>;
  /** Ids of rebuilds. */
  readonly needs: readonly string[];
  readonly dependants: readonly string[];
  /** Those of `needs` that are not released. */
  readonly open: readonly string[];
  readonly state: RebuildState;
  readonly held: boolean;
  /** Why it is in the plan. */
  readonly planned: string;
  /** Why it is where it is. */
  readonly because: string;
  readonly source: SourceRef | null;
  /** 1 for the first; each one is another build with another key. */
  readonly attempt: number;
  /** Attempts in a row that broke for reasons that are not the component's. */
  readonly breakdowns: number;
  /** Not to be started before. */
  readonly notBefore: Moment | null;
  /** It has a slot of its build system. */
  readonly slot: boolean;
  /** Makes keys of repeated calls for one attempt unique. */
  readonly round: number;
  readonly build: string | null;
  readonly nvr: string | null;
  readonly origin: 'cascade' | 'hand' | null;
  readonly resumed: boolean;
  readonly contents: string | null;
  readonly evidence: Evidence | null;
  readonly verdict: 'pending' | 'passed' | 'failed' | 'unknown' | null;
  readonly verdictRevision: number;
  /** The resolver has compared this build with what it replaces. */
  readonly compared: boolean;
  /** The plan that must be made before its dependants may go on. */
  readonly planNeeded: number;
  readonly admitting: boolean;
  /** Its verdict turned after it was validated. */
  readonly doubtful: boolean;
  readonly plannedIn: number;
  readonly startedAt: Moment | null;
  readonly endedAt: Moment | null;
}

/** id: the build system's ref; stacks: `<name>@<digest>`. */
export interface BuildRow extends Row {
  readonly release: string;
  readonly component: ComponentId;
  readonly cascade: string | null;
  readonly rebuild: string | null;
  readonly attempt: number;
  readonly origin: 'cascade' | 'hand';
  readonly standing: 'own' | 'adopted' | 'seen';
  readonly because: string;
  readonly state: BuildState;
  readonly nvr: string | null;
  readonly bootstrap: boolean;
  readonly source: SourceRef | null;
  readonly startedAt: Moment | null;
  readonly endedAt: Moment | null;
  readonly evidence: Evidence | null;
  readonly contents: string | null;
  /** Address of the candidate repository, and what it was built from. */
  readonly repository: string | null;
  readonly base: Repository | null;
  readonly subject: Subject | null;
  readonly group: readonly { readonly component: ComponentId; readonly nvr: string }[] | null;
}

/** id: the digest. Never changes. */
export interface ContentsRow extends Row {
  readonly contents: Contents;
}

export interface SlotWish {
  readonly rebuild: string;
  readonly attempt: number;
  readonly release: string;
  /** Builds that the release allows at one time. */
  readonly bound: number;
  readonly priority: number;
  readonly height: number;
  readonly tier: number;
  readonly at: Moment;
}

/** id: `build-system/<name>`. */
export interface CapacityRow extends Row {
  /** Builds at one time; 0 until the build system has said it. */
  readonly limit: number;
  readonly wishes: readonly SlotWish[];
  readonly granted: readonly Pick<SlotWish, 'rebuild' | 'attempt' | 'release'>[];
}

/** id: `<release>/<component>`: the last commit seen of a source. */
export interface SourceRow extends Row {
  readonly release: string;
  readonly component: ComponentId;
  readonly url: string;
  readonly commit: string;
}

/** id: `<release>/<build system>`: how far the list of its builds was read. */
export interface CursorRow extends Row {
  readonly release: string;
  readonly system: string;
  readonly cursor: string | null;
  readonly round: number;
  readonly problem: string | null;
}

/** id: `<release>/<component>`: the newest validated build. */
export interface ValidatedRow extends Row {
  readonly release: string;
  readonly component: ComponentId;
  readonly build: string;
  readonly nvr: string;
  readonly contents: string;
  readonly cascade: string;
  readonly source: SourceRef | null;
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
  readonly rebuilds: RebuildRow;
  readonly builds: BuildRow;
  readonly contents: ContentsRow;
  readonly capacity: CapacityRow;
  readonly sources: SourceRow;
  readonly cursors: CursorRow;
  readonly validated: ValidatedRow;
  readonly said: SaidRow;
};

export type State = SliceOf<Rows>;

export const emptyState: State = {
  releases: new Map(),
  revisions: new Map(),
  changes: new Map(),
  cascades: new Map(),
  rebuilds: new Map(),
  builds: new Map(),
  contents: new Map(),
  capacity: new Map(),
  sources: new Map(),
  cursors: new Map(),
  validated: new Map(),
  said: new Map(),
};
