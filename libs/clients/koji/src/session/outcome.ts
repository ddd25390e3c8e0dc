import { AppError, type Moment } from '@millrace/kernel';
import type { SessionTicket } from './log-in';

/** Names one write for ever: sent again under the same numbers it is executed at most once. */
export interface CallIntent {
  readonly session: SessionTicket;
  readonly callnum: number;
  readonly at: Moment;
}

/**
 * `happened`: the hub executed this very call before and its answer was lost (fault 1009). It is never sent again; look
 * up what it made.
 */
export type WriteOutcome<T> = { readonly kind: 'answered'; readonly value: T } | { readonly kind: 'happened' };

/** A write was sent and nobody knows whether it was executed. Send it again under `intent`, or look it up. */
export class OutcomeUnknown extends AppError {
  constructor(
    method: string,
    readonly intent: CallIntent,
    cause: unknown,
  ) {
    super({
      code: 'koji-outcome-unknown',
      kind: 'unavailable',
      message: `the hub did not say whether it executed ${method} (session ${intent.session.id}, call ${intent.callnum})`,
      remedy: 'wait: it is looked up, or sent again under the same number, when the hub answers',
      cause,
    });
  }
}

/** The session of an intent is no longer there, so the hub cannot say any more whether the call was executed. */
export function sessionGone(method: string, cause: unknown): AppError {
  return new AppError({
    code: 'koji-session-gone',
    kind: 'conflict',
    message: `the session under which ${method} was sent is gone or has gone on`,
    remedy: "look up whether the call happened; wait longer than the hub's longest call before it is sent anew",
    cause,
  });
}
