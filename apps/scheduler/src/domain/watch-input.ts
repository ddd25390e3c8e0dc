import type { ComponentId } from '@millrace/kernel';
import type { SeenBuild } from './input';

/** A build that was there and was taken out of the release's tags, or deleted, or whose package was blocked. */
export interface WithdrawnBuild {
  readonly ref: string | null;
  readonly component: ComponentId;
  readonly nvr: string | null;
  readonly how: 'untagged' | 'deleted' | 'blocked';
  readonly from: string;
  readonly by: string | null;
}

/** What a build system that gates by itself says of a build. */
export interface GatedBuild {
  readonly ref: string;
  readonly outcome: 'PASSED' | 'FAILED';
  readonly note: string;
}

interface OfRelease {
  readonly release: string;
}

/** What is looked at by itself, and what others took away. */
export type WatchInput =
  | (OfRelease & { readonly type: 'watch.due' })
  | (OfRelease & { readonly type: 'build.withdrawn'; readonly withdrawn: WithdrawnBuild })
  | (OfRelease & { readonly type: 'build.gated'; readonly gated: GatedBuild })
  | (OfRelease & {
      readonly type: 'doubt.spread';
      readonly cascade: string;
      /** Rebuilds that were built on something in doubt, or on something that was. */
      readonly rebuilds: readonly string[];
      /** The rebuild that is in doubt for a reason of its own. */
      readonly root: string;
      readonly on: boolean;
      readonly because: string;
    })
  | (OfRelease & { readonly type: 'failures.freed'; readonly cascade: string })
  /** Builds up to this id have been compared. */
  | (OfRelease & { readonly type: 'release.reconcile'; readonly after: string })
  /** What a build system's list of the release shows and no news told. */
  | (OfRelease & {
      readonly type: 'base.looked';
      readonly system: string;
      readonly builds: readonly SeenBuild[];
      readonly withdrawn: readonly WithdrawnBuild[];
    })
  | (OfRelease & { readonly type: 'graph.looked'; readonly snapshot: string | null });

const types: readonly string[] = [
  'watch.due',
  'build.withdrawn',
  'build.gated',
  'doubt.spread',
  'failures.freed',
  'release.reconcile',
  'graph.looked',
  'base.looked',
] satisfies readonly WatchInput['type'][];

export function isWatch<Other extends { readonly type: string }>(input: Other | WatchInput): input is WatchInput {
  return types.includes(input.type);
}
