import type { CascadeRow, RebuildRow } from '../domain/state';

/** What explanations of a whole cascade look at of each of its rebuilds. */
export type SceneRow = Pick<
  RebuildRow,
  | ('id' | 'revision' | 'release' | 'cascade' | 'component' | 'generation' | 'pass' | 'tier' | 'system')
  | ('state' | 'held' | 'fresh' | 'doubtful' | 'doubts' | 'needs' | 'open')
  | ('expected' | 'path' | 'priority' | 'startedAt')
>;

/** Lays rows as they were read over those that are kept. How many are new or have changed. */
export function laid(kept: Map<string, SceneRow>, rows: readonly RebuildRow[]): number {
  let changed = 0;
  for (const row of rows) {
    const known = kept.get(row.id);
    if (known && known.revision >= row.revision) continue;
    changed++;
    kept.set(row.id, short(row));
  }
  return changed;
}

/** Without the members that are long. */
function short(row: RebuildRow): SceneRow {
  return {
    id: row.id,
    revision: row.revision,
    release: row.release,
    cascade: row.cascade,
    component: row.component,
    generation: row.generation,
    pass: row.pass,
    tier: row.tier,
    system: row.system,
    state: row.state,
    held: row.held,
    fresh: row.fresh,
    doubtful: row.doubtful,
    doubts: row.doubts ?? none,
    needs: row.needs,
    open: row.open,
    expected: row.expected,
    path: row.path,
    priority: row.priority,
    startedAt: row.startedAt,
  };
}

const none: readonly string[] = [];

/**
 * Counts the open needs again: in the database they are written beside the rows, which do not say then that they have
 * changed. What a need must be is said in `domain/needs`; needs stand in lower tiers, or in the same knot.
 */
export function reopened(rows: Map<string, SceneRow>): void {
  const released = new Set<string>();
  const byTier = [...rows.values()].sort((a, b) => a.tier - b.tier);
  for (const row of byTier) {
    const open = row.needs.filter((id) => !released.has(id));
    if (open.length !== row.open.length) rows.set(row.id, { ...row, open });
    const { state, fresh, doubtful } = row;
    const passes = (state === 'skipped' || state === 'unneeded') && !fresh && open.length === 0;
    if (passes || (state === 'validated' && !doubtful)) released.add(row.id);
  }
}

/** Has a cascade other numbers of rebuilds in its states than these? */
export function countsDiffer({ counts }: CascadeRow, rows: ReadonlyMap<string, SceneRow>): boolean {
  const seen = new Map<string, number>();
  for (const { state } of rows.values()) seen.set(state, (seen.get(state) ?? 0) + 1);
  return Object.entries(counts).some(([state, count]) => (seen.get(state) ?? 0) !== count);
}
