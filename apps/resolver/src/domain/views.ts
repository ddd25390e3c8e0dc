import type { ComponentId } from '@millrace/kernel';
import type { ComponentFacts } from './facts';
import type { Graph } from './neighbours';
import type { Reach } from './policy';
import type { ReleaseRow, SnapshotRow } from './state';
import type { World } from './world';

/** A snapshot, loaded: what questions are answered from. */
export interface View {
  readonly snapshot: SnapshotRow;
  readonly world: World;
  readonly reach: Reach;
  /** Made when it is first asked for. */
  graph(): Graph;
}

/** The validated builds of a cascade up to a revision, laid over its snapshot. */
export interface Overlay {
  readonly cascade: string;
  readonly revision: number;
}

/** Loads snapshots for questions. */
export interface Views {
  knows(release: string): Promise<boolean>;
  /** @throws AppError `release-unknown` */
  release(name: string): Promise<ReleaseRow>;
  /** @throws AppError `graph-not-ready` (unavailable) while the first import has not ended */
  newest(release: string): Promise<View>;
  /** @throws AppError `snapshot-unknown`, `overlay-behind` (unavailable), `overlay-closed` (conflict) */
  at(release: string, snapshot: string, overlay: Overlay | null): Promise<View>;
  /** The builds of an overlay, one of each component. @throws AppError `overlay-behind`, `overlay-closed` */
  layers(release: string, overlay: Overlay): Promise<readonly ComponentFacts[]>;
}

/** Gives the newest view once it shows these components' sources as they are now. */
export type FreshView = (release: string, members: readonly ComponentId[] | 'all') => Promise<View>;
