import type { ArchiveRow, GraphRow } from './archives';
import type { ImportReport } from './import-order';
import type { Network } from './graph/network';
import type { UnresolvedClause } from './graph/unresolved';
import type { Reach } from './policy';

/** A snapshot of either kind, imported or made from a release's definition, as typed arrays. */
export interface OpenGraph {
  readonly snapshot: string;
  readonly network: Network;
  /** What the release's definition says; null for a release that is not defined. */
  readonly reach: Reach | null;
  /** Who still needs what a policy took out of the graph. */
  readonly needed: readonly UnresolvedClause[];
  /** What was counted when it was imported; null for a graph that was not. */
  readonly report: ImportReport | null;
  /** Where the same graph can be read from, and what was taken out of it since; null for one that is in no file. */
  readonly stored: StoredGraph | null;
}

export interface StoredGraph {
  readonly file: string;
  readonly gone: readonly number[];
}

/** Opens snapshots for questions. */
export interface Graphs {
  /** The newest imported snapshot, or a named one; null when the release has none. */
  imported(release: string, snapshot?: string): Promise<OpenGraph | null>;
  /** The imported snapshot where the release's own sources give no graph, or where it is asked for by name. */
  instead(release: string, snapshot?: string): Promise<OpenGraph | null>;
  /** Imported or not. @throws AppError `snapshot-unknown`, `graph-not-ready` */
  open(release: string, snapshot?: string): Promise<OpenGraph>;
  /** Opens the newest imported graphs before anybody asks. */
  preload(): Promise<void>;
  row(release: string): Promise<GraphRow | null>;
  /** Newest first. */
  archives(release: string): Promise<readonly ArchiveRow[]>;
}
