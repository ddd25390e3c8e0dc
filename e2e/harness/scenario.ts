import type { Stage } from './stage';

/** One story, told to its end or broken. It stands in a file of its own, which is called as it is. */
export interface Scenario {
  /** What it shows, in a sentence. */
  readonly title: string;
  /** Sets the stage, acts, and looks at what came of it. Whatever it started ends with it. */
  readonly tell: (stage: Stage) => Promise<void>;
}
