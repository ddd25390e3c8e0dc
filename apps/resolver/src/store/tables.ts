import { integer, table, text } from '@millrace/store';
import type { ArchiveRow, GraphRow } from '../domain/archives';
import type { FactsRow, LayerRow, OverlayRow, ReleaseRow, SnapshotRow } from '../domain/state';

export const tables = {
  releases: table<ReleaseRow>('releases'),
  snapshots: table<SnapshotRow>('snapshots', { release: text((s) => s.release), number: integer((s) => s.number) }, [
    ['release', 'number'],
  ]),
  facts: table<FactsRow>('facts', { component: text((f) => f.facts.component) }),
  overlays: table<OverlayRow>('overlays'),
  layers: table<LayerRow>('layers', { overlay: text((l) => l.overlay), number: integer((l) => l.number) }, [
    ['overlay', 'number'],
  ]),
  graphs: table<GraphRow>('graphs'),
  archives: table<ArchiveRow>(
    'archives',
    { release: text((a) => a.release), number: integer((a) => a.number), file: text((a) => a.file) },
    [['release', 'number'], ['file']],
  ),
};
export type ResolverTables = typeof tables;
