import type { SourceRef } from '@millrace/contracts';
import type { ComponentId, Moment } from '@millrace/kernel';
import type { BuildRef } from './build-system';

/** A build that failed, newer than the one that the release has. */
export interface NewerFailure {
  readonly ref: BuildRef;
  readonly nvr: string;
  readonly at: Moment | null;
}

/** What a release has of a component now. */
export interface InventoryBuild {
  readonly component: ComponentId;
  readonly ref: BuildRef;
  readonly nvr: string;
  /** Who answers for the component there; null: nobody is named. */
  readonly owner: string | null;
  readonly builtBy: string | null;
  readonly completedAt: Moment | null;
  /** How long it took, in milliseconds; null: not known. */
  readonly durationMs: number | null;
  readonly source: SourceRef | null;
  /** NVRs of the builds that were in its build root, each once, sorted; null: not asked for, or kept no longer. */
  readonly inputs: readonly string[] | null;
  readonly failure: NewerFailure | null;
}

/** One page of what a release has now, by component. */
export interface Inventory {
  readonly builds: readonly InventoryBuild[];
  /** null: this was the last page. */
  readonly cursor: string | null;
  /** Components in all. */
  readonly total: number;
  /** Where it was read: tags, or the address of a repository. */
  readonly places: readonly string[];
}

export interface InventoryWish {
  /** Inputs cost a few questions for each build. */
  readonly inputs: boolean;
}

/** Components of one page. */
export const inventoryPage = 50;
