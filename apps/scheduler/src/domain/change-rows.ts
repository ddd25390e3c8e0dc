import type { ChangeKind, RuleOutcome, SourceRef, Urgency } from '@millrace/contracts';
import type { ComponentId, Moment, Row } from '@millrace/kernel';

export type { ChangeKind } from '@millrace/contracts';

export interface ChangedComponent {
  readonly component: ComponentId;
  readonly source: SourceRef | null;
  readonly nvr: string | null;
}

/** The message that told of a change, as its sender names it: a forge's delivery, an event on the bus. */
export interface MessageId {
  readonly source: string;
  readonly id: string;
}

/** What landed in another release, and how long others of it are waited for. */
export interface FollowedLanding {
  readonly release: string;
  readonly landing: string;
  readonly lull: string;
  readonly lullMax: string | null;
  /** It was taken back there; `ask`: a person says what becomes of it here. */
  readonly undone?: 'ask' | 'rebuild' | 'leave';
}

/** What a change that has not started waits for. */
export type WaitsFor = 'approval' | 'freeze' | 'hold' | 'cascade' | 'lull';

export interface ChangeRow extends Row {
  readonly release: string;
  readonly kind: ChangeKind;
  readonly components: readonly ChangedComponent[];
  /** Every component of the release. */
  readonly all: boolean;
  /** false: a set in which nothing waits for anything else. */
  readonly ordered?: boolean;
  readonly urgency: Urgency;
  readonly by: string;
  readonly why: string;
  readonly outcome: 'cascade' | 'waits' | 'ignored';
  readonly cascade: string | null;
  readonly because: string;
  readonly at: Moment;
  readonly message?: MessageId | null;
  /** The finished build that it is about. */
  readonly build?: string | null;
  /** Components that it named and that need no cascade of its own, with the reasons. */
  readonly dropped?: readonly { readonly component: ComponentId; readonly because: string }[];
  /** The rule of the release that decided, with its reason; null: none matched. */
  readonly rule?: { readonly outcome: RuleOutcome; readonly reason: string } | null;
  readonly waitsFor?: WaitsFor | null;
  /** When it goes on at the earliest, as far as that is known. */
  readonly until?: Moment | null;
  /** It follows what landed in another release, and is gathered by a lull of its own. */
  readonly follows?: FollowedLanding | null;
  /** It may be gathered with others that come soon after. */
  readonly settles?: boolean;
  readonly decided?: ChangeDecision | null;
}

/** What a person said of a change that waited for approval. */
export interface ChangeDecision {
  readonly approved: boolean;
  readonly by: string;
  readonly why: string;
  readonly at: Moment;
}
