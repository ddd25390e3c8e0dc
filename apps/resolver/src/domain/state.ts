import type { ReleaseDefinition } from '@millrace/contracts';
import type { ComponentId, Moment, Row } from '@millrace/kernel';
import type { ArchiveRow, GraphRow } from './archives';
import type { ComponentFacts } from './facts';

/** A release as this service knows it, and how its imports stand. Its id is its name. */
export interface ReleaseRow extends Row {
  readonly definition: ReleaseDefinition;
  readonly definitionRevision: number;
  /** The newest snapshot. */
  readonly snapshot: string | null;
  readonly digest: string | null;
  /** Digest of the list of validated builds that it shows. */
  readonly basis: string | null;
  readonly snapshots: number;
  /** Imports started so far; each has its number. */
  readonly imports: number;
  /** Highest number of an import that ended. */
  readonly ended: number;
  /** Why the running import was started; null when none runs. */
  readonly importing: string | null;
  /** Why another one must follow the running one. */
  readonly again: string | null;
  /** What stopped the last import; null when it went well. */
  readonly problem: string | null;
}

export interface SnapshotCounts {
  readonly components: number;
  readonly dependencies: number;
  readonly external: number;
  readonly unresolved: number;
}

/** One version of a release's graph: it never changes. */
export interface SnapshotRow extends Row {
  readonly release: string;
  readonly number: number;
  readonly digest: string;
  readonly at: Moment;
  readonly because: string;
  readonly counts: SnapshotCounts;
  /** Component and the digest of its facts. */
  readonly parts: readonly (readonly [ComponentId, string])[];
}

/** Facts by their digest: snapshots share what did not change. */
export interface FactsRow extends Row {
  readonly facts: ComponentFacts;
}

/** What a running cascade has validated lies over its snapshot. Its id is {@link overlayId}. */
export interface OverlayRow extends Row {
  readonly release: string;
  readonly cascade: string;
  /** The cascade has ended: what it validated is in the next snapshot, or nowhere. */
  readonly closed: boolean;
}

/** One validated build of an overlay. Its id is {@link layerId}. */
export interface LayerRow extends Row {
  readonly overlay: string;
  readonly release: string;
  readonly cascade: string;
  /** The overlay's revision with this build in it. */
  readonly number: number;
  readonly component: ComponentId;
  /** Digest of the build's contents at the scheduler. */
  readonly contents: string;
  /** Times that the contents were asked for. */
  readonly asked: number;
  /** `wanted`: its contents are being fetched; `laid`: `facts` are here; `bare`: it changes no capabilities. */
  readonly state: 'wanted' | 'laid' | 'bare';
  readonly facts: string | null;
}

export interface ResolverState {
  readonly releases: ReadonlyMap<string, ReleaseRow>;
  readonly snapshots: ReadonlyMap<string, SnapshotRow>;
  readonly facts: ReadonlyMap<string, FactsRow>;
  readonly overlays: ReadonlyMap<string, OverlayRow>;
  readonly layers: ReadonlyMap<string, LayerRow>;
  readonly graphs: ReadonlyMap<string, GraphRow>;
  readonly archives: ReadonlyMap<string, ArchiveRow>;
}

export function overlayId(release: string, cascade: string): string {
  return `${release}/${cascade}`;
}

export function layerId(overlay: string, number: number): string {
  return `${overlay}/${number}`;
}
