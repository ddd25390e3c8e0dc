import type { KojiHub, KojiOptions } from '@millrace/koji';

/** Where a release is built in Koji. */
export interface KojiRelease {
  /** A build target; its build tag is what side tags are made of, or what a cascade builds in. */
  readonly target: string;
  /** `side-tag`: each cascade in one of its own; `target`: all in the given target, admitted by a move. */
  readonly isolation: 'side-tag' | 'target';
  /** Tag that validated builds go to when the cascade lands; with `target`: also when they are admitted. */
  readonly baseTag: string;
  /** Builds are drafts until they are promoted. */
  readonly drafts: boolean;
}

export interface KojiBuildSystemOptions {
  /** Intents of writes (with session keys, mode 0600) and places. */
  readonly dir: string;
  readonly hub: KojiOptions;
  /** Where the hub's files are served, e.g. `https://kojipkgs.example.org`. */
  readonly topUrl: string;
  readonly releases: Readonly<Record<string, KojiRelease>>;
  readonly capacity: number;
  /** Longer than any call of the hub can take, in milliseconds; default 120,000. */
  readonly longestCallMs?: number;
  /** Between two looks at a task that is waited for; default 2,000. */
  readonly pollMs?: number;
}

export interface KojiParts {
  readonly hub: KojiHub;
  readonly options: KojiBuildSystemOptions;
  readonly longestCallMs: number;
  readonly pollMs: number;
}
