import type { Moment } from '@millrace/kernel';

/** When a rebuild last entered each stage. */
export interface Marks {
  readonly ready?: Moment;
  readonly started?: Moment;
  readonly built?: Moment;
}

/** Times in milliseconds. */
export interface Sums {
  /** Rebuilds that were validated, and those of them that had never failed. */
  readonly hops: number;
  readonly clean: number;
  readonly lead: number;
  readonly waiting: number;
  readonly building: number;
  readonly gating: number;
  /** Attempts that ended in a failure or a rejection. */
  readonly failures: number;
  /** Of all builds, those that failed too. */
  readonly built: number;
  /** Attempts that broke for reasons that are not the component's. */
  readonly breakdowns: number;
}
