import type { CascadeState, Evidence, RebuildState, ReleaseDefinition, SourceRef } from '@millrace/contracts';
import type { ComponentId, Moment, Row } from '@millrace/kernel';
import type { GroupGates } from './group-gate/rows';
import type { DoubtTally } from './doubt-rows';
import type { Ramp } from './ramp-rows';
import type { Cost } from './budgets/cost-rows';
import type { Marks, Sums } from './time-rows';

export type { Ramp } from './ramp-rows';

export type Urgency = 'security' | 'normal' | 'background';

/** A numbered, immutable repository, and the place that it belongs to (`base`, or a cascade's id). */
export interface Repository {
  readonly number: number;
  readonly address: string;
  readonly place: string;
}

export interface WantedComponent {
  readonly component: ComponentId;
  readonly because: string;
  /** The number of the plan that it goes into. */
  readonly plan: number;
  /** It changed once more while it was built, or after: it is built again, and what is above it. */
  readonly again?: boolean;
  /** A build made by hand that its next generation takes. */
  readonly build?: string;
  readonly source?: SourceRef | null;
}

/** A longer plan that is being made, or wanted once that one is there. */
export interface Planning {
  /** Plans asked for, and plans that came: equal when none is under way. */
  readonly asked: number;
  readonly made: number;
  /** Components that the next plan must have too, with the reasons. */
  readonly wanted: readonly WantedComponent[];
}

/** What a definition says of how a cascade goes on once it is planned. */
export interface Terms {
  readonly knots: ReleaseDefinition['knots'];
  readonly cutOff: boolean;
  readonly folding: NonNullable<ReleaseDefinition['folding']>;
  readonly canaries: NonNullable<ReleaseDefinition['canaries']>;
  readonly retries: NonNullable<ReleaseDefinition['retries']>;
}

export interface CascadeRow extends Row {
  readonly release: string;
  readonly number: number;
  readonly definitionRevision: number;
  /** Of that definition: what it keeps while others are applied. */
  readonly terms?: Terms;
  readonly state: CascadeState;
  readonly roots: readonly ComponentId[];
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
  readonly urgency: Urgency;
  /** How it starts: with a few builds at first. */
  readonly ramp: Ramp;
  /** Validated builds so far: the revision of the resolver's overlay. */
  readonly overlay: number;
  /** Validated builds whose verdict turned. */
  readonly doubtful: number;
  /** Doubts that begin or end and have not reached all that stand on them. */
  readonly doubting?: Readonly<Record<string, DoubtTally>>;
  /** Gates of its groups of builds that are due; left out where its release has none. */
  readonly gates?: GroupGates;
  /** Above a tier nothing starts before its gate has passed. */
  readonly gatesTiers?: boolean;
  /** Rebuilds that a plan has touched are being taken up, in slices. */
  readonly takingUp: boolean;
  /** The place is being closed: nothing can join any more. */
  readonly closing: boolean;
  /** Builds that another cascade has landed and its place does not have yet; each order by its first. */
  readonly following?: readonly string[];
  /** How often it was to land so far. */
  readonly landings?: number;
  /** What hinders it, beside its rebuilds; null: nothing. */
  readonly problem: string | null;
  /** Finished builds that started it: its rebuilds of their components take them. */
  readonly adopts?: readonly string[];
  /** Makes the keys of the cascade's own calls unique. */
  readonly round: number;
  /** Roots that changed once more while it ran, and what was done. */
  readonly superseded?: readonly { readonly component: ComponentId; readonly because: string; readonly at: Moment }[];
  /** Sums over its rebuilds, for its history and its cost. */
  readonly sums?: Sums;
  /** What its plan is foreseen to take. */
  readonly cost?: Cost;
  /** Its plan is over a budget: a person is asked, or has let it go on. */
  readonly budget?: 'asked' | 'accepted';
  /** Planned while its release only observed: nothing of it starts. */
  readonly observed?: boolean;
  readonly startedAt: Moment;
  readonly endedAt: Moment | null;
  readonly landed: boolean;
  readonly repository: Repository | null;
}

/** id: the cascade's. What was asked for; never changes. */
export interface RequestRow extends Row {
  readonly release: string;
  readonly members: readonly ComponentId[] | 'all';
  /** false: members need nothing of one another. */
  readonly ordered?: boolean;
  /** The first plan has all that a change of the members reaches so. */
  readonly reach?: 'linked' | 'transitive';
  /** Sources that the changes named; other members are built from the head of their repository. */
  readonly sources: Readonly<Record<ComponentId, SourceRef>>;
}

/** id: the cascade's. What its first plan foresaw. */
export interface PreviewRow extends Row {
  readonly likely: readonly ComponentId[];
  readonly atMost: readonly ComponentId[];
}

/** id: `<cascade>/<component>/<generation>.<pass>`. */
export interface RebuildRow extends Row {
  readonly cascade: string;
  readonly release: string;
  readonly component: ComponentId;
  readonly generation: number;
  readonly pass: number;
  readonly tier: number;
  /** The build system that builds it; null: it is assembled, or none does. */
  readonly system: string | null;
  /** Milliseconds that it is expected to take. */
  readonly expected: number;
  /** Milliseconds of the longest way from its start to the cascade's end: what runs first when capacity is short. */
  readonly path: number;
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
  /** A plan has touched it: its open needs are counted again, and it is taken up. */
  readonly fresh: boolean;
  /** Why it is built whatever its needs turn out to offer; null: only when a need lost or changed what it uses. */
  readonly must: string | null;
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
  /** Builds made by hand before what it needs was validated, the newest last: judged once more when that is. */
  readonly early?: readonly string[];
  readonly contents: string | null;
  readonly evidence: Evidence | null;
  readonly verdict: 'pending' | 'passed' | 'failed' | 'unknown' | null;
  readonly verdictRevision: number;
  /** Tests that did not report in time, as the gate says. */
  readonly overdue?: readonly string[];
  /** The passed verdict that let its dependants start, and when. Kept whatever the gate says later. */
  readonly passed?: { readonly revision: number; readonly at: Moment } | null;
  /** When its build was last seen running. */
  readonly lookedAt?: Moment;
  /** A person wants it built although it failed with the same source and inputs. */
  readonly insisted?: boolean;
  /** It failed or was rejected before. */
  readonly failedOnce?: boolean;
  /** When it last entered each stage, for its times. */
  readonly marks?: Marks;
  /** Ids of the rebuilds in doubt that it was built on; its own when its verdict turned or its build was withdrawn. */
  readonly doubts?: readonly string[];
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
