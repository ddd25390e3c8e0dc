import type { Effect, Refusal } from '@millrace/kernel';
import type { decide } from '@millrace/scheduler/domain/decide';
import type { Input } from '@millrace/scheduler/domain/input';
import type { RebuildRow, State } from '@millrace/scheduler/domain/state';

export interface Taken {
  readonly input: Input;
  readonly who: string;
  readonly atMs: number;
  readonly effects: readonly Effect[];
  readonly refusal: Refusal | null;
  /** The rows that it touched, as they were and as they are; the same when it was refused. */
  readonly before: State;
  readonly after: State;
}

export interface Watching {
  /** After each decision. */
  readonly taken?: (taken: Taken) => void;
  /** Before the farm is given a rebuild. */
  readonly submitted?: (row: RebuildRow) => void;
  /** Timers that only look whether something was missed; without losses they find nothing. */
  readonly reconciles?: boolean;
  /** Timers that look for what hangs. */
  readonly watches?: boolean;
  /** In the place of the scheduler's: to see whether those who watch see. */
  readonly decide?: typeof decide;
}
