import type { ComponentId, Moment } from '@millrace/kernel';
import type { MessageId } from './change-rows';
import type { FollowInput } from './follow/follow-input';
import type { HoldScope } from './hold-rows';

/** A commit that a forge says is the head of a component's branch now. */
export interface PushedCommit {
  readonly component: ComponentId;
  readonly url: string;
  readonly commit: string;
}

interface OfRelease {
  readonly release: string;
}

interface OfChange extends OfRelease {
  readonly change: string;
  readonly why: string;
}

interface OfHold extends OfRelease {
  readonly scope: HoldScope;
  readonly why: string;
}

export interface BrokenRequirement {
  readonly component: ComponentId;
  readonly requirement: string;
}

/** What starts cascades, and what lets them start or keeps them from it. */
export type TriggerInput =
  | FollowInput
  | (OfRelease & {
      readonly type: 'push.received';
      readonly message: MessageId;
      readonly pushes: readonly PushedCommit[];
      /** The head before the push; null: there was none. */
      readonly before: string | null;
      readonly by: string;
      readonly why: string;
    })
  | (OfRelease & {
      readonly type: 'graph.published';
      readonly snapshot: string;
      /** Grows with each snapshot of the release; left out: the resolver was asked for its newest. */
      readonly number?: number | undefined;
    })
  | (OfRelease & {
      readonly type: 'snapshot.checked';
      readonly to: string;
      readonly broken: readonly BrokenRequirement[];
    })
  | (OfChange & { readonly type: 'change.approve' })
  | (OfChange & { readonly type: 'change.reject' })
  | (OfRelease & { readonly type: 'change.due'; readonly change: string })
  | (OfHold & { readonly type: 'hold.set'; readonly until: Moment | null })
  | (OfHold & { readonly type: 'hold.end' })
  | (OfRelease & { readonly type: 'hold.due'; readonly hold: string })
  | (OfRelease & {
      readonly type: 'tier.turned';
      readonly place: { readonly cascade: string; readonly tier: number };
      /** Rebuilds with greater ids are left. */
      readonly after: string;
      readonly held: boolean;
      readonly because: string;
    });

const types: readonly string[] = [
  'push.received',
  'graph.published',
  'snapshot.checked',
  'change.approve',
  'change.reject',
  'change.due',
  'hold.set',
  'hold.end',
  'hold.due',
  'tier.turned',
  'follow.due',
  'follow.looked',
] satisfies readonly TriggerInput['type'][];

export function isTrigger<Other extends { readonly type: string }>(input: Other | TriggerInput): input is TriggerInput {
  return types.includes(input.type);
}
