import type { ReleaseDefinition } from '@millrace/contracts';
import type { ComponentId, Fault } from '@millrace/kernel';
import type { ComponentFacts } from './facts';
import type { FilesOrder, FilesRead } from './import-order';
import type { SnapshotCounts } from './state';

/** Kinds of outside calls. */
export const work = {
  importGraph: 'graph.import',
  fetchContents: 'contents.fetch',
  askReleases: 'releases.ask',
  readFiles: 'files.read',
  removeFiles: 'files.remove',
} as const;

export interface ImportOrder {
  readonly release: string;
  readonly number: number;
  readonly definition: ReleaseDefinition;
  /** The newest snapshot: what cannot be read now stays as it was there. */
  readonly snapshot: string | null;
}

/** What an import found. The facts themselves came before it, by their digests. */
export interface Imported {
  readonly digest: string;
  /** Digest of the scheduler's list of validated builds that it was read from. */
  readonly basis: string;
  readonly parts: readonly (readonly [ComponentId, string])[];
  readonly counts: SnapshotCounts;
}

export interface ContentsOrder {
  readonly release: string;
  readonly layer: string;
  readonly contents: string;
}

export interface ToldRelease {
  readonly name: string;
  readonly revision: number;
  readonly definition: ReleaseDefinition;
}

export type Ended<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly fault: Pick<Fault, 'kind' | 'message' | 'remedy'> };

export type ResolverInput =
  | { readonly type: 'started' }
  | { readonly type: 'releases-told'; readonly releases: readonly ToldRelease[] | null }
  | ({ readonly type: 'release-known' } & ToldRelease)
  | { readonly type: 'import-wanted'; readonly release: string; readonly because: string }
  | { readonly type: 'facts-read'; readonly release: string; readonly facts: Readonly<Record<string, ComponentFacts>> }
  | {
      readonly type: 'import-ended';
      readonly release: string;
      readonly number: number;
      readonly outcome: Ended<Imported>;
    }
  | {
      readonly type: 'build-validated';
      readonly release: string;
      readonly cascade: string;
      readonly number: number;
      readonly component: ComponentId;
      readonly contents: string;
      readonly bootstrap: boolean;
    }
  | { readonly type: 'contents-wanted'; readonly release: string; readonly layer: string }
  | {
      readonly type: 'contents-fetched';
      readonly release: string;
      readonly layer: string;
      readonly outcome: Ended<{ readonly digest: string; readonly facts: ComponentFacts }>;
    }
  | {
      readonly type: 'cascade-ended';
      readonly release: string;
      readonly cascade: string;
      readonly completed: boolean;
    }
  | ({ readonly type: 'files-wanted' } & FilesOrder)
  | {
      readonly type: 'files-read';
      readonly release: string;
      readonly number: number;
      readonly outcome: Ended<FilesRead>;
    }
  | {
      readonly type: 'snapshot-named';
      readonly release: string;
      readonly snapshot: string;
      readonly name: string | null;
    }
  | { readonly type: 'prune-wanted'; readonly release: string; readonly keep: number }
  | { readonly type: 'files-removed'; readonly release: string };
