import type { LandingFinding, LandingState } from '@millrace/contracts';
import type { ComponentId, Moment, Row } from '@millrace/kernel';
import type { Repository } from '../state';
import type { PartGate } from './part-gate';

export interface Staying {
  readonly component: ComponentId;
  readonly because: string;
}

/** id: `<cascade>/<attempt>`. One try to bring what a cascade has validated into its release. */
export interface LandingRow extends Row {
  readonly release: string;
  readonly cascade: string;
  readonly attempt: number;
  readonly state: LandingState;
  /** What cannot go stays behind. */
  readonly partial: boolean;
  /** Who lets it land; null: nobody has yet. */
  readonly by: string | null;
  readonly why: string;
  /** A person has said that it shall land: it needs no further approval. */
  readonly approved: boolean;
  /** Makes the keys of its calls unique. */
  readonly round: number;
  readonly total: number;
  /** Steps that are done in the phase that is under way; going back: that are still to be undone. */
  readonly done: number;
  /** Which of the adapters' phases is under way. */
  readonly phase: number;
  readonly phases: number;
  readonly adapters: readonly string[];
  readonly findings: readonly LandingFinding[];
  /** The first of those that stay behind; `stays` counts all of them. */
  readonly staying: readonly Staying[];
  readonly stays: number;
  /** Why it goes back; null: it goes forward. */
  readonly undoing: string | null;
  /** Why it is to go back as soon as the call that is under way has ended. */
  readonly aborted?: string | null;
  readonly problem: string | null;
  /** The gate of the whole cascade, about the part that lands; left out: it was not asked. */
  readonly gate?: PartGate;
  readonly repository: Repository | null;
  /** Builds of the cascade that were in doubt when it was checked. */
  readonly doubtful: number;
  readonly at: Moment;
  readonly endedAt: Moment | null;
}

/**
 * `there`: the release had it before. `placed`: it is in the release, with a phase to come. `undone`: it was taken out
 * again. `stays`: it does not land; these have the numbers after those that do.
 */
export type StepState = 'planned' | 'placed' | 'landed' | 'undone' | 'there' | 'stays';

/** id: `<landing>/<number>`, in the order in which builds land. */
export interface LandingStepRow extends Row {
  readonly landing: string;
  readonly cascade: string;
  readonly number: number;
  readonly component: ComponentId;
  /** Empty for what stays behind without one. */
  readonly build: string;
  readonly nvr: string;
  /** The build system that has it. */
  readonly system: string;
  readonly state: StepState;
  /** Why it stays behind. */
  readonly because: string;
}

export function landingId(cascade: string, attempt: number): string {
  return `${cascade}/${attempt}`;
}

export function stepId(landing: string, number: number): string {
  return `${landing}/${String(number).padStart(6, '0')}`;
}
