import type { ReleaseDefinition } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import type { ChangedComponent, ChangeKind, FollowedLanding, MessageId } from './change-rows';
import type { FollowOrder } from './follow/follow-input';
import type { Hindrance, SeenBuild } from './input';
import type { WantedSet } from './sets/wanted-set';
import type { WithdrawnBuild } from './watch-input';
import type { Urgency } from './state';

export interface ReportedChange {
  /** null: it gets its id now. */
  readonly id: string | null;
  readonly release: string;
  readonly kind: ChangeKind;
  readonly components: readonly ChangedComponent[];
  readonly all: boolean;
  /** false: a set in which nothing waits for anything else. */
  readonly ordered?: boolean;
  /** Components that the release's graph does not know, with a hint each. */
  readonly unknown: readonly { readonly component: string; readonly hint: string }[];
  /** Components that start nothing, with the reasons: their commit is a bump of ours, or they are done already. */
  readonly own?: readonly { readonly component: ComponentId; readonly because: string }[];
  readonly urgency: Urgency;
  readonly by: string;
  readonly why: string;
  readonly message?: MessageId | null;
  readonly follows?: FollowedLanding | null;
  /** The finished build that it is about. */
  readonly build?: string | null;
}

/** Components that somebody named, before their sources and the graph were looked up. */
export interface ChangeToCheck {
  /** The change's id. */
  readonly change: string;
  readonly release: string;
  readonly kind: ChangeKind;
  readonly components: readonly NamedComponent[];
  /** Of a set: how its members are found. */
  readonly set?: WantedSet;
  /** Of what landed in another release: what to compare with what is here. */
  readonly follows?: FollowOrder;
  readonly urgency: Urgency;
  readonly by: string;
  readonly why: string;
  readonly message?: MessageId | null;
  /** How often the look-up was put off. */
  readonly times: number;
}

export interface NamedComponent {
  readonly component: ComponentId;
  readonly commit?: string | undefined;
  readonly nvr?: string | undefined;
}

interface OfRelease {
  readonly release: string;
}

export type ChangeInput =
  | (OfRelease & {
      readonly type: 'change.heard';
      readonly kind: ChangeKind;
      readonly components: readonly NamedComponent[];
      /** Of a set: how its members are found. */
      readonly set?: WantedSet;
      readonly urgency: Urgency;
      readonly by: string;
      readonly why: string;
      readonly message?: MessageId | null;
      /** Why it is none of ours: it is kept with this reason, and starts nothing. */
      readonly foreign?: string | null;
    })
  | (OfRelease & { readonly type: 'change.reported'; readonly change: ReportedChange; readonly asked: boolean })
  | (OfRelease & { readonly type: 'change.unchecked'; readonly order: ChangeToCheck; readonly fault: Hindrance })
  | (OfRelease & { readonly type: 'changes.due' });

export type ReleaseInput =
  | (OfRelease & {
      readonly type: 'release.apply';
      readonly definition: ReleaseDefinition;
      readonly why: string;
      /** Builds that may start when it ends the observing of its release. */
      readonly confirmed?: number | 'any' | null;
    })
  | (OfRelease & { readonly type: 'sources.due' })
  | (OfRelease & {
      readonly type: 'sources.polled';
      readonly heads: readonly { readonly component: ComponentId; readonly url: string; readonly commit: string }[];
      /** Why they could not be read. */
      readonly problem?: string | null;
    })
  | (OfRelease & { readonly type: 'builds.due'; readonly system: string })
  | (OfRelease & {
      readonly type: 'builds.seen';
      readonly system: string;
      readonly builds: readonly SeenBuild[];
      readonly withdrawn?: readonly WithdrawnBuild[];
      readonly cursor: string | null;
      readonly problem: string | null;
    });
