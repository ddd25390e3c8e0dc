import type { Evidence } from '@millrace/contracts';

export type FailureClass = Evidence['class'];

/** The build cannot go on. Without a class, the stage and the log decide (`failure-patterns.ts`). */
export class BuildStop extends Error {
  constructor(
    readonly stage: string,
    readonly summary: string | null,
    readonly failureClass: FailureClass | null = null,
  ) {
    super(summary ?? `the build stopped in stage ${stage}`);
    this.name = 'BuildStop';
  }
}
