import type { AppError, Refusal } from '@millrace/kernel';
import type { Connection } from '@millrace/store';
import type { OutboxRow } from './fresh-events';
import type { BegunWork, Reserve } from './gathered';

export interface TakeMeta {
  /** With `source` the input's identity: a second one of the same is answered like the first and decides nothing. */
  readonly id: string;
  readonly source: string;
  readonly who: string;
  readonly traceparent?: string;
  /** The row of ours that it came from: done in the same transaction, however the input is decided. */
  readonly from?: { readonly table: 'self' | 'parked' | 'work'; readonly id: string };
  /** Runs in the same transaction, however the input is decided: for rows that take more than that. */
  readonly settle?: (tx: Connection) => Promise<void>;
  /** The row of an input that was parked before: when it must wait on, that row stays and nothing else is written. */
  readonly parkedAs?: string;
}

export type Taken =
  | { readonly status: 'decided'; readonly reply: unknown }
  | { readonly status: 'duplicate'; readonly reply: unknown }
  | { readonly status: 'refused'; readonly refusal: Refusal }
  | { readonly status: 'parked'; readonly until: string };

/** Places for calls to the outside; a {@link WorkRunner} has them. */
export interface Places {
  readonly reserve: Reserve;
  readonly giveBack: (kind: string) => void;
  readonly begin: (calls: readonly BegunWork[]) => void;
}

export interface EngineOptions {
  readonly batch?: number;
  readonly now?: () => number;
  readonly newId: () => string;
  /** An input to itself, a parked one or a timer failed: nobody waits for its answer. It is kept, and taken again. */
  readonly onFault?: (inputType: string, fault: AppError) => void;
  /** Where calls have their places: those that find one are begun with the commit that orders them. */
  readonly places?: Places;
  /** Called after each commit that left something to do. */
  readonly onCommit?: (left: {
    readonly outbox: readonly OutboxRow[];
    readonly work: boolean;
    readonly deadlines: boolean;
  }) => void;
}
