import type { SideTag } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import type { BuildRef, BuildStatus, Place } from './build-system';

/** A build of somebody came into the release's base while cascades are open. */
export interface BaseMove {
  readonly component: ComponentId;
  readonly nvr: string;
  readonly build: BuildRef;
  /** What was the newest there before; null: nothing. */
  readonly was: { readonly nvr: string; readonly build: BuildRef } | null;
  readonly by: string | null;
}

/** A side tag of an open cascade that somebody deleted. */
export interface GoneTag {
  readonly tag: string;
  readonly cascade: string;
  readonly by: string | null;
}

/** What people do with side tags, in build systems that have them. Each act looks before it acts, and is idempotent. */
export interface SideTags {
  /** Those of a release that are ours or in use; with `others` everybody's. Bounded: the first 1,000. */
  list(release: string, wish?: { readonly others?: boolean }): Promise<readonly SideTag[]>;
  /**
   * Whether a side tag that somebody made can be a cascade's place.
   *
   * @throws AppError `side-tag-unknown` (missing), `side-tag-none`, `side-tag-elsewhere` (invalid), `side-tag-taken`,
   * `place-closed` (conflict), `side-tag-refused` (forbidden)
   */
  check(tag: string, release: string, cascade: string): Promise<void>;
  /** The cascade builds there from now on, with what it had validated before. Gives the builds that were in it. */
  adopt(tag: string, release: string, cascade: string): Promise<{ place: Place; builds: readonly BuildStatus[] }>;
  /**
   * Removes one of ours that no open cascade uses; one that is gone is gone.
   *
   * @throws AppError `side-tag-foreign` (forbidden), `side-tag-used`, `side-tag-unlanded` (conflict)
   */
  remove(tag: string, release: string, wish?: { readonly unlanded?: boolean }): Promise<void>;
  /** Makes the side tag of an open cascade anew after somebody deleted it, with what was in it. Gives NVRs. */
  restore(release: string, cascade: string): Promise<{ tag: string; builds: readonly string[] }>;
  /** What the base had stays what the cascade builds with: the build is put into its side tag, and never lands. */
  pin(release: string, cascade: string, build: BuildRef): Promise<void>;
}
