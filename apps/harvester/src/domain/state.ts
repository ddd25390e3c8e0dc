import type { ReleaseDefinition } from '@millrace/contracts';
import type { ComponentId, Moment, Row } from '@millrace/kernel';

export interface Release extends Row {
  readonly definitionRevision: number;
  readonly definition: ReleaseDefinition;
}

/** Respins of one compose name and type: which number the next compose of the day gets. */
export interface Counter extends Row {
  /** `YYYYMMDD`; never goes back, not even with the clock. */
  readonly day: string;
  readonly next: number;
}

export type ComposeState = 'waiting' | 'making' | 'finished' | 'failed';

/** One artifact that a compose wants. */
export interface Slot {
  readonly component: ComponentId;
  /** null, all three: there is no validated build of it. */
  readonly build: string | null;
  readonly nvr: string | null;
  /** Digest of the build's contents. */
  readonly contents: string | null;
}

/** What a compose is called and how it is laid out, as the release said when it was asked for. */
export interface ComposeName {
  readonly title: string;
  readonly short: string;
  readonly version: string;
  readonly type: 'production' | 'nightly' | 'test' | 'ci' | 'development';
  readonly variant: string;
  readonly date: string;
  readonly respin: number;
}

export interface Repository {
  readonly number: number;
  readonly address: string;
  readonly place: string;
}

export interface Compose extends Row {
  readonly release: string;
  readonly state: ComposeState;
  readonly name: ComposeName;
  readonly because: string;
  readonly by: string;
  /** The cascade that it was made for; null when it was asked for. */
  readonly cascade: string | null;
  readonly slots: readonly Slot[];
  readonly missing: readonly ComponentId[];
  /** What the scheduler was asked to build; each once. */
  readonly asked: readonly ComponentId[];
  /** Of what is missing: validated since the last look. */
  readonly arrived: readonly ComponentId[];
  readonly looks: number;
  readonly attempts: number;
  readonly path: string | null;
  readonly counts: Counts;
  readonly problem: string | null;
  readonly at: Moment;
  readonly finishedAt: Moment | null;
}

export interface Counts {
  readonly packages: number;
  readonly sources: number;
  readonly images: number;
}

export interface HarvesterState {
  readonly releases: ReadonlyMap<string, Release>;
  readonly counters: ReadonlyMap<string, Counter>;
  readonly composes: ReadonlyMap<string, Compose>;
}
