import type { BuildTarget, Contents, Evidence, SourceRef } from '@millrace/contracts';
import type { ComponentId, Moment } from '@millrace/kernel';
import type { BaseLook } from './base-look';
import type { Inventory, InventoryWish } from './inventory';
import type { LandingAdapter } from './landing-adapter';
import type { BaseMove, GoneTag, SideTags } from './side-tag';

/** Names one build inside its build system, for ever. Opaque to callers; local-rpm: the build folder's name. */
export type BuildRef = string;

/** Where a cascade builds, isolated from the release: a side repository, a side tag. Opaque beside its fields. */
export interface Place {
  readonly id: string;
  readonly release: string;
  /** null: the release's own place (builds by hand). */
  readonly cascade: string | null;
}

/** What to build. Everything that the result depends on is in here, so that an order can be read years later. */
export interface Order {
  readonly release: string;
  readonly component: ComponentId;
  readonly cascade: string | null;
  readonly generation: number;
  readonly pass: number;
  readonly source: SourceRef;
  /** RPM macros to define, e.g. `{"_with_bootstrap": "1"}` in a knot's first pass. */
  readonly macros: Readonly<Record<string, string>>;
  /** True for a knot's first pass: the build is never landed. */
  readonly bootstrap: boolean;
  /** Builds of this cascade that it needs, by ref: the local builder proves by them which inputs were used. */
  readonly needs: readonly BuildRef[];
  /** Candidates of its own knot that the build root may see before they are admitted. */
  readonly siblings: readonly BuildRef[];
  /** Higher is more urgent; 0 when left out. Build systems with a queue of their own get it. */
  readonly priority?: number;
  /** What `%dist` is to be, e.g. `.fc43.mr12`, where the strategy `dist` gives rebuilds their NVRs; else left out. */
  readonly dist?: string;
}

export type BuildProgress = 'submitted' | 'building' | 'complete' | 'failed' | 'cancelled';

export interface BuildStatus {
  readonly ref: BuildRef;
  readonly key: string;
  readonly release: string;
  readonly component: ComponentId;
  readonly origin: 'cascade' | 'hand';
  readonly cascade: string | null;
  readonly state: BuildProgress;
  /** `name-version-release`; modules: `name-stream-version.context`; images: `name-tag-N`. null until it is known. */
  readonly nvr: string | null;
  readonly bootstrap: boolean;
  readonly startedAt: Moment | null;
  readonly endedAt: Moment | null;
  /** The candidate repository (a file:// address) with only this build's results, once complete. */
  readonly repository: string | null;
  /** The place and its repository number that the build root was made from. */
  readonly builtFrom: { readonly place: string; readonly number: number } | null;
  readonly submittedBy: string | null;
  /** What it was made from; null where the build system does not say. */
  readonly source: SourceRef | null;
}

/** A build that was there and is no longer what it was: taken out of the release's tags, deleted, its package blocked. */
export interface Withdrawn {
  readonly ref: BuildRef | null;
  readonly component: ComponentId;
  readonly nvr: string | null;
  readonly how: 'untagged' | 'deleted' | 'blocked';
  /** Where: the tag. */
  readonly from: string;
  readonly by: string | null;
}

/** The word of a build system that gates by itself, for `gate: build-system`. */
export interface OwnResult {
  readonly ref: BuildRef;
  readonly component: ComponentId;
  readonly nvr: string;
  readonly outcome: 'PASSED' | 'FAILED';
  readonly note: string;
}

/** Builders of one kind: a channel of Koji, or all that a hub has. */
export interface BuilderLoad {
  readonly name: string;
  readonly up: number;
  readonly hosts: number;
  /** Of those that are up, in the build system's own unit. */
  readonly capacity: number;
  readonly load: number;
  /** Tasks that no builder has taken yet, whoever's they are; null: not counted. */
  readonly waiting: number | null;
  readonly architectures: readonly string[];
}

/** Something that a release definition names and that a build system does not have. */
export interface Lack {
  /** The member of the target that names it. */
  readonly key: string;
  readonly text: string;
  readonly remedy: string;
}

/** One door for every build system. The suite in `build-system.suite.ts` holds each implementation to it. */
export interface BuildSystem {
  readonly name: string;
  /** Makes the cascade's place, or finds it again: idempotent by (release, cascade). */
  open(release: string, cascade: string | null): Promise<Place>;
  /** Look before you act: a submission of ours with this key, whoever of us made it. */
  find(key: string): Promise<BuildRef | null>;
  /** Idempotent by key all the same: a second call with the same key and order gives the same ref. */
  submit(key: string, order: Order, place: Place): Promise<BuildRef>;
  look(refs: readonly BuildRef[]): Promise<readonly BuildStatus[]>;
  /** What a complete build consists of and was built with. */
  contents(ref: BuildRef): Promise<Contents>;
  /**
   * What its packages require to be installed and nothing in sight of its place provides, as rpm writes it; empty: they
   * can be installed. Left out where the build system cannot say.
   */
  unmet?(ref: BuildRef): Promise<readonly string[]>;
  /** Why a build failed: class, stage, summary, tail of the log, addresses of all logs. */
  evidence(ref: BuildRef): Promise<Evidence>;
  /** After the gate: the build is in the place's next repository number, usable by dependants. Idempotent. */
  admit(ref: BuildRef, place: Place): Promise<{ readonly number: number; readonly repository: string }>;
  /** Draft to final; nothing to do where there are no drafts. Idempotent. */
  promote(ref: BuildRef): Promise<void>;
  /** Builds that appeared or ended since the cursor (null: from the beginning), ours and foreign ones, oldest first. */
  seen(
    release: string,
    cursor: string | null,
  ): Promise<{
    readonly builds: readonly BuildStatus[];
    readonly cursor: string;
    /** What others took away since the cursor; left out where the build system cannot say. */
    readonly withdrawn?: readonly Withdrawn[];
    /** What the build system's own gate says of builds of ours (MBS's `ready`); left out where it has none. */
    readonly results?: readonly OwnResult[];
    /** What came into the base while cascades are open; left out where that changes nothing for them. */
    readonly moved?: readonly BaseMove[];
    /** Side tags of open cascades that somebody deleted: said again until they are restored. */
    readonly gone?: readonly GoneTag[];
  }>;
  cancel(ref: BuildRef): Promise<void>;
  /**
   * Ends a place. `landed`: the base moves once to base + everything admitted that is no bootstrap build; `kept`: the
   * side stays readable and base as it was; `cancelled`: likewise, running builds are cancelled. Idempotent; what was
   * kept may land later. `only`: exactly these builds land, or have landed by `landing`; the others stay in the place.
   */
  close(
    place: Place,
    outcome: 'landed' | 'kept' | 'cancelled',
    only?: readonly BuildRef[],
  ): Promise<{ readonly number: number; readonly repository: string }>;
  /** The current repository of the release's base (cascade null) or of a place. */
  repository(
    release: string,
    cascade: string | null,
  ): Promise<{ readonly number: number; readonly repository: string }>;
  /** Milliseconds that builds of these components usually take there; what it does not know is left out. */
  durations?(components: readonly ComponentId[]): Promise<ReadonlyMap<ComponentId, number>>;
  /** A page of what a release has now, by component; cursor null: the first. Left out where it cannot be told. Only reads. */
  inventory?(release: string, cursor: string | null, wish: InventoryWish): Promise<Inventory>;
  /** What of a target's names is not there; empty: all is. Left out where a build system has no targets. Only reads. */
  lacking?(target: BuildTarget): Promise<readonly Lack[]>;
  /** What `%dist` will be in the next builds of these components. Left out where the definition alone says it. */
  dists?(release: string, components: readonly ComponentId[]): Promise<ReadonlyMap<ComponentId, string>>;
  /** Which of these NVRs no build can get any more, since one has it or had it. Left out where none is ever taken. */
  taken?(nvrs: readonly string[]): Promise<ReadonlySet<string>>;
  /** Who we are there, to tell our own doings from those of others. Left out where nobody logs in. */
  who?(): Promise<string | null>;
  /** Something is said to have happened there: the next look is now. Only a hint; polling is the truth. */
  hint?(): void;
  limits(): Promise<{ readonly capacity: number }>;
  /** What its builders bear now, the ones that its releases use. Left out where the build system cannot say. */
  load?(): Promise<readonly BuilderLoad[]>;
  /** Left out where nothing lists what a release has. */
  readonly base?: BaseLook;
  /** Left out where cascades are isolated otherwise. */
  readonly sideTags?: SideTags;
  /** Step by step, and out again; left out where closing a place is all there is to it. */
  readonly landing?: LandingAdapter;
}
