import { byId, type Readers } from '@millrace/store';
import type { RebuildRow } from '../domain/state';
import type { SchedulerTables } from './tables';

type Read = Readers<SchedulerTables>;

/**
 * A rebuild, its needs, its dependants with what they need, its cascade and its build; with `far`, all that waits for
 * it, directly or not.
 */
export async function neighbourhood(read: Read, rebuild: RebuildRow, far = false) {
  const above = await rowsAbove(read, rebuild, far ? waiting : passive);
  const needs = await read.rebuilds.getMany(needsOf([rebuild, ...above]));
  return {
    cascades: byId(await read.cascades.get(rebuild.cascade)),
    rebuilds: byId(needs, above, rebuild),
    builds: byId(rebuild.build === null ? null : await read.builds.get(rebuild.build)),
    validated: byId(await read.validated.get(`${rebuild.release}/${rebuild.component}`)),
  };
}

export function needsOf(rows: readonly RebuildRow[]): string[] {
  return [...new Set(rows.flatMap((row) => row.needs))];
}

async function rowsAbove(read: Read, rebuild: RebuildRow, through: readonly string[]): Promise<RebuildRow[]> {
  const found = new Map<string, RebuildRow>();
  let level: readonly RebuildRow[] = [rebuild];
  while (level.length > 0) {
    const next = [...new Set(level.flatMap((row) => row.dependants))].filter((id) => !found.has(id));
    const rows = await read.rebuilds.getMany(next);
    rows.forEach((row) => found.set(row.id, row));
    level = rows.filter((row) => through.includes(row.state));
  }
  return [...found.values()];
}

/** Through these a release or a doubt is felt further up. */
const passive: readonly string[] = ['skipped', 'unneeded'];
const waiting: readonly string[] = [...passive, 'waiting', 'ready', 'failed', 'rejected'];
