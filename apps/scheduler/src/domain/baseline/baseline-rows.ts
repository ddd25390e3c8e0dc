import type { SourceRef } from '@millrace/contracts';
import type { ComponentId, Moment, Row } from '@millrace/kernel';

/** id: the release's name. What it was when Millrace first saw it. */
export interface BaselineRow extends Row {
  /** The first snapshot of its graph; null: none has come yet. */
  readonly snapshot: string | null;
  readonly at: Moment;
  /** Requirements that nothing satisfies in it; null: not looked at yet. */
  readonly broken: number | null;
  readonly adoption: Adoption | null;
}

/** The import of what the build systems have of a release. */
export interface Adoption {
  readonly state: 'running' | 'done' | 'failed';
  /** Counts the imports of this release. */
  readonly round: number;
  readonly by: string;
  readonly why: string;
  readonly inputs: boolean;
  readonly startedAt: Moment;
  readonly endedAt: Moment | null;
  readonly problem: string | null;
  readonly systems: readonly AdoptedSystem[];
}

export interface AdoptedSystem {
  readonly name: string;
  /** Up to here it was read; null: from the beginning. */
  readonly cursor: string | null;
  readonly done: boolean;
  readonly pages: number;
  readonly builds: number;
  /** Components that it has in all; 0 until the first page came. */
  readonly total: number;
  /** Tags, or the address of a repository. */
  readonly places: readonly string[];
  readonly owners: number;
  readonly durations: number;
}

export const debtKinds = ['broken', 'failing', 'stale'] as const;
export type DebtKind = (typeof debtKinds)[number];

/** id: `<release>/<component>/<kind>`. Something that was wrong before: listed, and never rebuilt unasked. */
export interface DebtRow extends Row {
  readonly release: string;
  readonly component: ComponentId;
  readonly kind: DebtKind;
  readonly because: string;
  readonly since: Moment;
  /** null: it is still owed. */
  readonly settledAt: Moment | null;
  readonly settledBy: string | null;
}

/** id: `<release>/<component>`. The build that the release had of it when it was adopted. */
export interface AdoptedRow extends Row {
  readonly release: string;
  readonly component: ComponentId;
  readonly system: string;
  readonly build: string;
  readonly nvr: string;
  readonly owner: string | null;
  readonly builtBy: string | null;
  readonly completedAt: Moment | null;
  readonly durationMs: number | null;
  readonly source: SourceRef | null;
  /** NVRs of what it was built with; null: not known. */
  readonly inputs: readonly string[] | null;
}
