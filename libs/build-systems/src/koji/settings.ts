import type { BuildTarget, SideTagPolicy } from '@millrace/contracts';
import type { KojiHub, KojiOptions } from '@millrace/koji';
import type { HubFacts } from './hub-facts';
import type { TaskIndex } from './task-index';
import type { TaskWatch } from './task-watch';

/** Where a component type of a release is built in Koji; see `build_targets` of the release definition. */
export type KojiTarget = BuildTarget & {
  /** Where sources of this type are followed; builders of containers want to know it. */
  readonly branch?: string | undefined;
  /** How the release deals with its cascades' side tags. */
  readonly sideTags?: SideTagPolicy | undefined;
};

/** Where a release is built in Koji, by component type. */
export interface KojiRelease {
  readonly rpm?: KojiTarget | undefined;
  readonly container?: KojiTarget | undefined;
  readonly image?: KojiTarget | undefined;
}

/** The releases that this hub builds, as their definitions stand now. */
export interface KojiReleases {
  named(name: string): Promise<KojiRelease | null>;
  all(): Promise<ReadonlyMap<string, KojiRelease>>;
}

export interface KojiBuildSystemOptions {
  /** What release definitions call it. */
  readonly name: string;
  /** Intents of writes (with session keys, mode 0600) and places. */
  readonly dir: string;
  readonly hub: KojiOptions;
  /** Where the hub's files are served, e.g. `https://kojipkgs.example.org`. */
  readonly topUrl: string;
  readonly releases: KojiReleases;
  readonly capacity: number;
  /** Longer than any call of the hub can take, in milliseconds; default 120,000. */
  readonly longestCallMs?: number;
  /** Between two looks at running tasks; default 5,000. A hint brings the next one forward. */
  readonly pollMs?: number;
  /** How long a build may wait for an architecture without any builder; default an hour. */
  readonly noBuilderMs?: number;
}

export interface KojiParts {
  readonly hub: KojiHub;
  readonly options: KojiBuildSystemOptions;
  readonly longestCallMs: number;
  readonly pollMs: number;
  readonly noBuilderMs: number;
  readonly facts: HubFacts;
  readonly index: TaskIndex;
  readonly watch: TaskWatch;
}
