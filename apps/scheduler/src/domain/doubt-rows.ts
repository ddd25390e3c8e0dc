import type { EventData, rebuildDoubted } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';

/** What is told of a doubt, once it has reached everything that stands on it. */
export interface DoubtTally {
  readonly about: Omit<EventData<typeof rebuildDoubted>, 'standing' | 'standing_count' | 'owners'>;
  /** Decisions that carry it on and are not made yet. */
  readonly pending: number;
  /** Rebuilds that stand on it, and the first of their components. */
  readonly count: number;
  readonly names: readonly ComponentId[];
  /** The build that it is about is in doubt, or no longer is. */
  readonly reached?: boolean;
}
