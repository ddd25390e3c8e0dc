import type { ComponentId } from '@millrace/kernel';
import type { BuildRef, Place } from './build-system';

/** A build that a cascade's place has, and that its release is to get. */
export interface LandingBuild {
  readonly ref: BuildRef;
  readonly component: ComponentId;
  readonly nvr: string;
}

/** What the release has of a build that is to land, and what stands in its way. */
export interface LandingLook {
  readonly ref: BuildRef;
  /** It is in the release already, whoever put it there. */
  readonly there: boolean;
  readonly hindrance: {
    readonly kind: 'withdrawn' | 'untagged' | 'newer-in-base' | 'nvr-taken' | 'other';
    readonly because: string;
    readonly remedy: string;
  } | null;
}

/** A package that could be installed before, and could not be when these builds had landed. */
export interface BrokenRequirement {
  readonly component: ComponentId | null;
  readonly package: string;
  readonly requirement: string;
  /** Components among those that land whose old builds provided it; empty: not known. */
  readonly causes: readonly ComponentId[];
}

export interface LandingProgress {
  /** null: it is done. Else what it waits for: the same call is made again later, and looks before it acts. */
  readonly waits: string | null;
}

/**
 * Brings builds from a cascade's place into its release, and out again. Every call looks before it acts and can be
 * repeated after a crash at any point. What is refused for good is thrown as an AppError of kind conflict, forbidden or
 * invalid: then everything goes back. Kind unavailable: it is tried again.
 */
export interface LandingAdapter {
  readonly name: 'local' | 'koji-tag' | 'bodhi';
  /** Rounds over all builds, one after another: the next begins when all builds have done the one before. */
  readonly phases: number;
  /** All builds of a landing are given in one call, and land in one act or not at all. */
  readonly whole: boolean;
  /** Looks only. In the order of the builds. */
  look(place: Place, builds: readonly LandingBuild[]): Promise<readonly LandingLook[]>;
  /** What the release would lose when exactly these builds landed. Looks only; left out where it cannot be told. */
  closure?(place: Place, builds: readonly LandingBuild[]): Promise<readonly BrokenRequirement[]>;
  execute(place: Place, builds: readonly LandingBuild[], phase: number): Promise<LandingProgress>;
  /** Where users have these builds already, so that they are not taken back; null: nowhere. Looks only. */
  shipped?(place: Place, builds: readonly LandingBuild[]): Promise<string | null>;
  /**
   * Takes builds out of the release that this place has brought, in the given order; what is not there is passed over.
   *
   * @throws AppError `landing-shipped` (conflict) when users have them: then all of the landing stays
   */
  undo(place: Place, builds: readonly LandingBuild[]): Promise<void>;
}
