import type { ComponentId, Moment } from '@millrace/kernel';
import type { BuildRef, Withdrawn } from './build-system';
import type { LandingBuild } from './landing-adapter';

/** What a release has of a component now, as far as a list tells of it. */
export interface NewestBuild {
  readonly component: ComponentId;
  readonly ref: BuildRef;
  readonly nvr: string;
  readonly completedAt: Moment | null;
}

/** Looks at what a release has, to find what no news has told: a question for each tag, not for each build. Only reads. */
export interface BaseLook {
  /** The newest build of each component in what the release lands in. */
  newest(release: string): Promise<readonly NewestBuild[]>;
  /** Those of builds that had landed that are in no place of it any more. */
  gone(release: string, builds: readonly LandingBuild[]): Promise<readonly Withdrawn[]>;
}
