import { byId, type Readers } from '@millrace/store';
import { liveOf } from '../domain/live';
import type { RebuildRow, State } from '../domain/state';
import { neighbourhood } from './neighbourhood';
import type { SchedulerTables } from './tables';

type Read = Readers<SchedulerTables>;
type Part = Partial<State>;

export async function ofChange(read: Read, release: string, components: readonly string[]): Promise<Part> {
  const row = await read.releases.get(release);
  const live = row ? liveOf(row) : [];
  const cascade = await read.cascades.getMany(live);
  const members = await Promise.all(live.map((id) => rowsNamed(read, id, components)));
  return {
    cascades: byId(cascade),
    rebuilds: byId(...members),
    changes: byId(await read.changes.where({ release, outcome: 'waits' })),
    validated: byId(await read.validated.getMany(components.map((one) => `${release}/${one}`))),
  };
}

export async function rowsNamed(read: Read, cascade: string, components: readonly string[]): Promise<RebuildRow[]> {
  const rows: RebuildRow[] = [];
  for (let n = 0; n < components.length; n += 500) {
    rows.push(...(await read.rebuilds.where({ cascade, component: components.slice(n, n + 500) })));
  }
  return rows;
}

/** Every pass and generation of a component in a cascade, with their needs and neighbourhoods. */
export async function ofComponent(read: Read, cascade: string, component: string): Promise<Part> {
  const rows = await read.rebuilds.where({ cascade, component });
  const parts = await Promise.all(rows.map((row) => neighbourhood(read, row)));
  const needs = await read.rebuilds.getMany(rows.flatMap((row) => row.needs));
  return {
    cascades: byId(await read.cascades.get(cascade)),
    rebuilds: byId(needs, ...parts.map((part) => [...part.rebuilds.values()])),
    builds: byId(...parts.map((part) => [...part.builds.values()])),
  };
}
