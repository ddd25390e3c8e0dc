import type { Contents, Evidence, ImpactRebuild, SourceRef, VerdictReason } from '@millrace/contracts';
import type { ComponentId, FaultKind, Moment } from '@millrace/kernel';
import type { ActInput } from './acts/act-input';
import type { Cost } from './budgets/cost-rows';
import type { CascadeInput } from './cascade-input';
import type { LandingInput } from './landing/landing-input';
import type { ChangeInput, ReleaseInput } from './change-input';
import type { SideTagInput } from './side-tags/side-tag-input';
import type { BuiltinCheck, Repository } from './state';
import type { BaselineInput } from './baseline/baseline-input';
import type { ModeInput } from './modes/mode-input';
import type { TriggerInput } from './trigger-input';
import type { WatchInput } from './watch-input';

export type { CascadeInput, LandedBuild } from './cascade-input';
export type { ChangeInput, ChangeToCheck, NamedComponent, ReleaseInput, ReportedChange } from './change-input';

/** What stopped an outside call. */
export interface Hindrance {
  readonly code: string;
  readonly kind: FaultKind;
  readonly message: string;
  readonly remedy?: string;
}

/** A build as its build system shows it. */
export interface SeenBuild {
  readonly ref: string;
  readonly component: ComponentId;
  readonly origin: 'cascade' | 'hand';
  readonly cascade: string | null;
  readonly state: 'submitted' | 'building' | 'complete' | 'failed' | 'cancelled';
  readonly nvr: string | null;
  readonly bootstrap: boolean;
  readonly startedAt: Moment | null;
  readonly endedAt: Moment | null;
  readonly repository: string | null;
  readonly submittedBy: string | null;
  readonly source: SourceRef | null;
}

/** A build that ended, with what it made or why it made nothing. */
export interface EndedBuild {
  readonly status: SeenBuild;
  readonly contents: Contents | null;
  readonly evidence: Evidence | null;
  /** The repository that dependants and tests see beside the candidate. */
  readonly base: Repository;
  /** The build system's own name of that place: a Koji tag. */
  readonly tag?: string;
  /** Checks of ours; left out where no gate looks at them. */
  readonly checks?: readonly BuiltinCheck[];
}

/** One rebuild as the resolver orders it, with what is known about its time and its source. */
export interface PlannedRebuild extends ImpactRebuild {
  /** Components and passes that need it directly. */
  readonly dependants: readonly { readonly component: ComponentId; readonly pass: number }[];
  /** Milliseconds that it is expected to take, and of the longest way from its start to the end of all. */
  readonly expected: number;
  readonly path: number;
  readonly source: SourceRef | null;
  /** It is in a dependency cycle of this set. */
  readonly knot: boolean;
  /** It was named, or lost something: it is built whatever its needs turn out to offer. */
  readonly must: string | null;
  /** It changed while the cascade runs: it is built once more, and what is above it. */
  readonly again: boolean;
}

/** The head of a plan; its rebuilds came before it, in parts. */
export interface MadePlan {
  readonly snapshot: string;
  readonly tiers: number;
  readonly rebuilds: number;
  /** Components that nothing in the plan must wait for. */
  readonly roots: readonly ComponentId[];
  readonly unknown: readonly { readonly component: string; readonly hint: string }[];
  readonly likely: readonly ComponentId[];
  readonly atMost: readonly ComponentId[];
  /** Of all its rebuilds that are to be built. */
  readonly cost?: Cost;
}

interface OfRelease {
  readonly release: string;
}
interface OfCascade extends OfRelease {
  readonly cascade: string;
}
/** About one attempt: when the rebuild has gone on to another, it is out of date. */
interface OfAttempt extends OfRelease {
  readonly rebuild: string;
  readonly attempt: number;
}
interface OfPerson extends OfCascade {
  readonly component: ComponentId | null;
  readonly why: string;
}

/** A call for one attempt that can be made again. */
export type Step = 'submit' | 'look' | 'compare' | 'admit' | 'assemble';

export type RebuildInput =
  | (OfAttempt & { readonly type: 'slot.granted' })
  | (OfAttempt & { readonly type: 'build.submitted'; readonly build: string })
  /** `round`: of the look that was ordered. */
  | (OfAttempt & { readonly type: 'build.looked'; readonly status: SeenBuild; readonly round?: number | undefined })
  | (OfAttempt & { readonly type: 'build.ended'; readonly ended: EndedBuild })
  | (OfAttempt & { readonly type: 'build.broke'; readonly step: Step; readonly fault: Hindrance })
  | (OfAttempt & { readonly type: 'step.due'; readonly step: Step | 'start' })
  | (OfAttempt & {
      readonly type: 'build.compared';
      readonly added: readonly { readonly component: ComponentId; readonly because: string }[];
      readonly lost: readonly {
        readonly dependant: ComponentId;
        readonly requirement: string;
        readonly kind: string;
      }[];
      /** What its packages require and nothing satisfies any more; left out: nobody looked. */
      readonly unmet?: readonly string[];
    })
  | (OfAttempt & { readonly type: 'build.admitted'; readonly repository: Repository })
  | (OfAttempt & {
      readonly type: 'stack.assembled';
      readonly parts: readonly { readonly component: ComponentId; readonly nvr: string; readonly build: string }[];
      readonly missing: readonly ComponentId[];
      readonly repository: Repository;
    });

export type BuildInput =
  | (OfRelease & { readonly type: 'hand.ended'; readonly ended: EndedBuild })
  | (OfRelease & { readonly type: 'hand.again'; readonly build: string })
  | (OfRelease & { readonly type: 'hand.lost'; readonly system: string; readonly build: string })
  | (OfRelease & { readonly type: 'build.cancelled'; readonly build: string })
  | (OfRelease & {
      readonly type: 'verdict.decided';
      readonly build: string;
      readonly decision: 'pending' | 'passed' | 'failed' | 'unknown';
      readonly verdictRevision: number;
      readonly reasons: readonly VerdictReason[];
    });

export type PersonInput =
  | (OfPerson & { readonly type: 'cascade.hold' })
  | (OfPerson & { readonly type: 'cascade.resume' })
  | (OfPerson & { readonly type: 'cascade.cancel' })
  | (OfPerson & { readonly type: 'cascade.skip' })
  | (OfPerson & {
      readonly type: 'cascade.retry';
      readonly sources: Readonly<Record<ComponentId, SourceRef>>;
    })
  | (OfPerson & { readonly type: 'cascade.raise'; readonly priority: number })
  | (OfPerson & { readonly type: 'cascade.add'; readonly source: SourceRef | null })
  | (OfPerson & { readonly type: 'cascade.remove' })
  | (OfCascade & { readonly type: 'build.adopt'; readonly build: string; readonly why: string });

export type CapacityInput =
  | { readonly type: 'slots.look'; readonly system: string }
  | {
      readonly type: 'slot.returned';
      readonly system: string;
      readonly rebuild: string;
      readonly attempt: number;
      /** It did its part, whatever became of the build. */
      readonly worked: boolean;
      /** The build's release. */
      readonly of?: string;
    }
  | { readonly type: 'system.broke'; readonly system: string; readonly problem: string; readonly of?: string }
  | { readonly type: 'capacity.known'; readonly system: string; readonly limit: number }
  | { readonly type: 'channels.due'; readonly system: string }
  | {
      readonly type: 'channels.known';
      readonly system: string;
      /** What the builders of each bear; null: nobody wants to know. */
      readonly channels: Readonly<Record<string, number>> | null;
    };

export type Input =
  | ReleaseInput
  | ChangeInput
  | CascadeInput
  | LandingInput
  | RebuildInput
  | BuildInput
  | PersonInput
  | ActInput
  | CapacityInput
  | BaselineInput
  | ModeInput
  | TriggerInput
  | WatchInput
  | SideTagInput;

/** Inputs of one key are decided one after another: a release's, or a build system's capacity. */
export function keyOf(input: Input): string {
  return 'release' in input ? `release/${input.release}` : `build-system/${input.system}`;
}
