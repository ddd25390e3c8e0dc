import type { BuildState, Evidence, SourceRef, Subject } from '@millrace/contracts';
import type { ComponentId, Moment, Row } from '@millrace/kernel';
import type { Repository } from './cascade-rows';

/** id: the build system's ref; stacks: `<name>@<digest>`. */
export interface BuildRow extends Row {
  readonly release: string;
  readonly component: ComponentId;
  readonly cascade: string | null;
  readonly rebuild: string | null;
  readonly attempt: number;
  readonly origin: 'cascade' | 'hand';
  readonly standing: 'own' | 'adopted' | 'seen';
  readonly because: string;
  readonly state: BuildState;
  readonly nvr: string | null;
  readonly bootstrap: boolean;
  readonly source: SourceRef | null;
  readonly startedAt: Moment | null;
  /** When a builder was first seen working on it. */
  readonly takenAt?: Moment;
  readonly endedAt: Moment | null;
  readonly evidence: Evidence | null;
  readonly contents: string | null;
  /** Address of the candidate repository, and what it was built from. */
  readonly repository: string | null;
  readonly base: Repository | null;
  /** The build system's own name of that place: a Koji tag. */
  readonly tag?: string;
  readonly subject: Subject | null;
  readonly group: readonly { readonly component: ComponentId; readonly nvr: string }[] | null;
  /** Checks of ours; left out where no gate looks at them. */
  readonly checks?: readonly BuiltinCheck[];
}

/** One of the build side's own checks of a build, a result like any CI's. */
export interface BuiltinCheck {
  readonly test: string;
  readonly outcome: 'PASSED' | 'FAILED' | 'INFO';
  readonly note: string;
}
