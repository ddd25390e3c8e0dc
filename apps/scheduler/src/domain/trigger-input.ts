import type { ComponentId } from '@millrace/kernel';
import type { MessageId } from './change-rows';

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

/** What starts cascades, or lets them start. */
export type TriggerInput =
  | (OfRelease & {
      readonly type: 'push.received';
      readonly message: MessageId;
      readonly pushes: readonly PushedCommit[];
      /** The head before the push; null: there was none. */
      readonly before: string | null;
      readonly by: string;
      readonly why: string;
    })
  | (OfChange & { readonly type: 'change.approve' })
  | (OfChange & { readonly type: 'change.reject' });
