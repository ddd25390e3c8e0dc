import type { ComponentId, Moment } from '@millrace/kernel';
import type { BuildRef, BuildStatus, Place } from './build-system';

/** A side tag: as the hub has it, and what we know of it. */
export interface SideTag {
  readonly tag: string;
  /** The release whose build tag it is made of, or that it was adopted for. */
  readonly release: string;
  readonly cascade: string | null;
  /** A cascade builds in it, or one build beside a cascade; `former`: one did; `none`: nothing here knows of it. */
  readonly use: 'cascade' | 'beside' | 'former' | 'none';
  /** false: it is remembered here, and the hub has it no longer. */
  readonly there: boolean;
  /** How its place was closed; null: it is open, or there is none. */
  readonly closed: 'landed' | 'kept' | 'cancelled' | null;
  readonly adopted: boolean;
  readonly owner: string | null;
  /** Its owner is the account that we log in with. */
  readonly own: boolean;
  readonly base: string;
  readonly builds: number;
  /** NVRs that would be in no place of the release any more if it were removed, the first of them. */
  readonly unlanded: readonly string[];
  readonly createdAt: Moment | null;
}

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
