import type { Follow, SourceRef } from '@millrace/contracts';
import type { ComponentId, Moment } from '@millrace/kernel';

/** A build that landed in a release which others follow. */
export interface FollowedBuild {
  readonly component: ComponentId;
  readonly nvr: string | null;
  readonly source: SourceRef | null;
  /** What was taken back there: this build is what the release has again; without a source it has none. */
  readonly gone?: { readonly nvr: string | null; readonly source: SourceRef | null };
}

/** What landed at one time: a cascade, or builds that people made. */
export interface Landing {
  /** Of the cascade, or made from the builds. */
  readonly id: string;
  /** The release that it landed in. */
  readonly of: string;
  /** In words: `cascade c3-…`, `2 builds by hand`. */
  readonly what: string;
  readonly builds: readonly FollowedBuild[];
  /** What need not be told again: ids of the cascade, or of the builds. */
  readonly seen: readonly string[];
  /** It was taken back, or builds of it were taken away. */
  readonly undone?: boolean;
}

/** How far what lands in another release was looked at. */
export interface Followed {
  /** What landed before is the baseline: it is not followed. */
  readonly since: Moment;
  /** What landed since and was taken, the newest last. */
  readonly seen: readonly string[];
}

/** A build to follow, as a component of this release. */
export interface MappedBuild extends FollowedBuild {
  /** What it is called here. */
  readonly here: ComponentId;
}

export type WhenReverted = NonNullable<Follow['when_reverted']>;

/** Of a change that follows another release: what must be looked at before it is decided. */
export interface FollowOrder {
  readonly release: string;
  readonly landing: string;
  readonly lull: string;
  readonly lullMax: string | null;
  /** It was taken back there, and what the release says of that. */
  readonly undone?: WhenReverted;
  readonly builds: readonly MappedBuild[];
  /** Components that are left out by name, with the reasons. */
  readonly left: readonly { readonly component: ComponentId; readonly because: string }[];
}

interface OfRelease {
  readonly release: string;
}

/** What lands in the releases that a release follows. */
export type FollowInput =
  | (OfRelease & { readonly type: 'follow.due' })
  | (OfRelease & { readonly type: 'follow.looked'; readonly landings: readonly Landing[] });
