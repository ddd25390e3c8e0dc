import { byId, type Readers } from '@millrace/store';
import { capacityId } from '../domain/capacity';
import type { RebuildRow } from '../domain/state';
import type { SchedulerTables } from './tables';

type Read = Readers<SchedulerTables>;

/** Rebuilds above a failure that are looked at to say who waits for it. */
const mostWaiting = 300;
/** Failures of one component that a decision looks at. */
const mostRemembered = 50;

/** A rebuild with its cascade and its build. */
export async function alone(read: Read, rebuild: RebuildRow) {
  return {
    cascades: byId(await read.cascades.get(rebuild.cascade)),
    rebuilds: byId(rebuild),
    builds: byId(rebuild.build === null ? null : await read.builds.get(rebuild.build)),
  };
}

/** A rebuild and those that are released, or withheld, with it. */
export async function neighbourhood(read: Read, rebuild: RebuildRow) {
  const [part, validated, rebuilds] = await Promise.all([
    alone(read, rebuild),
    read.validated.get(`${rebuild.release}/${rebuild.component}`),
    withAbove(read, [rebuild]),
  ]);
  return { ...part, validated: byId(validated), rebuilds: byId(rebuilds) };
}

/** A rebuild that may fail: with what waits for it, the nearest first, and what its build system is worth. */
export async function withWaiting(read: Read, rebuild: RebuildRow) {
  const part = await alone(read, rebuild);
  const validated = byId(await read.validated.get(`${rebuild.release}/${rebuild.component}`));
  const above = await rowsAbove(read, [rebuild], waiting, mostWaiting);
  const capacity = byId(rebuild.system === null ? null : await read.capacity.get(capacityId(rebuild.system)));
  const needs = await read.rebuilds.getMany(rebuild.needs);
  const failures = byId(await failuresOf(read, rebuild));
  return { ...part, validated, capacity, failures, rebuilds: byId(above, needs, rebuild) };
}

/** A rebuild that is about to start: with its needs where it has failed before. */
export async function withFailures(read: Read, rebuild: RebuildRow) {
  const part = await alone(read, rebuild);
  const failures = await failuresOf(read, rebuild);
  if (failures.length === 0) return part;
  const validated = byId(await read.validated.get(`${rebuild.release}/${rebuild.component}`));
  const rebuilds = byId(await read.rebuilds.getMany(rebuild.needs), rebuild);
  return { ...part, validated, rebuilds, failures: byId(failures) };
}

/** What is remembered of a component, the newest first. */
function failuresOf(read: Read, { release, component }: RebuildRow) {
  return read.failures.where({ release, component }, { orderBy: '-at', limit: mostRemembered });
}

/** The dependants of rebuilds, through those that pass a release on. */
export async function withAbove(read: Read, rebuilds: readonly RebuildRow[]): Promise<readonly RebuildRow[]> {
  return [...(await rowsAbove(read, rebuilds, passive, Infinity)), ...rebuilds];
}

async function rowsAbove(
  read: Read,
  from: readonly RebuildRow[],
  through: readonly string[],
  most: number,
): Promise<RebuildRow[]> {
  const found = new Map<string, RebuildRow>();
  let level = from;
  while (level.length > 0 && found.size < most) {
    const next = [...new Set(level.flatMap((row) => row.dependants))].filter((id) => !found.has(id));
    const rows = await read.rebuilds.getMany(next.slice(0, Math.min(next.length, most - found.size)));
    rows.forEach((row) => found.set(row.id, row));
    level = rows.filter((row) => through.includes(row.state));
  }
  return [...found.values()];
}

/** Through these a release or a doubt is felt further up. */
const passive: readonly string[] = ['skipped', 'unneeded'];
const waiting: readonly string[] = [...passive, 'waiting', 'ready', 'failed', 'rejected'];
