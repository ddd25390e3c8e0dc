import type { ReleaseDefinition } from '@millrace/contracts';
import { byId, type Readers } from '@millrace/store';
import { liveOf } from '../domain/live';
import { leavesObserving, leftIn, mostCounted } from '../domain/modes/leaving';
import type { ModeInput } from '../domain/modes/mode-input';
import type { CascadeRow, RebuildRow, State } from '../domain/state';
import { rowsNamed } from './load-parts';
import type { SchedulerTables } from './tables';

type Read = Readers<SchedulerTables>;
type Part = Partial<State>;

/** Changes of a release that are looked through for those of its plans. */
const mostChanges = 5000;

/** Plans that a release made while it only observed, and their rebuilds. */
export async function ofMode(read: Read, input: ModeInput): Promise<Part> {
  switch (input.type) {
    case 'observed.built': {
      const cascades = await observedOf(read, input.release);
      const named = [...new Set(input.builds.map((one) => one.component))];
      const rows = await Promise.all(cascades.map(({ id }) => rowsNamed(read, id, named)));
      return { cascades: byId(cascades), rebuilds: byId(...rows) };
    }
    case 'observed.adopted': {
      const cascade = await read.cascades.get(input.cascade);
      const builds = await read.builds.getMany(cascade?.adopts ?? []);
      const named = [...new Set(builds.map((one) => one.component))];
      return {
        cascades: byId(cascade),
        builds: byId(builds),
        rebuilds: byId(await rowsNamed(read, input.cascade, named)),
      };
    }
    case 'observed.dropped':
      return { cascades: byId(await read.cascades.getMany(input.cascades)) };
    case 'observed.taken-up': {
      const cascades = await observedOf(read, input.release);
      const ids = new Set(cascades.map((one) => one.id));
      const started = { release: input.release, outcome: 'cascade' };
      const changes = await read.changes.where(started, { orderBy: '-at', limit: mostChanges });
      const rebuilds = byId((await leftOf(read, cascades)) ?? []);
      return {
        ...{ cascades: byId(cascades), rebuilds },
        changes: byId(changes.filter((one) => one.cascade !== null && ids.has(one.cascade))),
      };
    }
  }
}

/** What a new definition touches: what runs, and what was only observed when it ends that. */
export async function ofApply(read: Read, name: string, definition: ReleaseDefinition): Promise<Part> {
  const release = await read.releases.get(name);
  if (!release) return {};
  if (!leavesObserving(release.definition, definition))
    return { cascades: byId(await read.cascades.getMany(liveOf(release))) };
  const cascades = await observedOf(read, name);
  return { cascades: byId(cascades), rebuilds: byId((await leftOf(read, cascades)) ?? []) };
}

/** What is left to build of plans; null: too much to look at. */
async function leftOf(
  read: { readonly rebuilds: Pick<Read['rebuilds'], 'where'> },
  plans: readonly CascadeRow[],
): Promise<readonly RebuildRow[] | null> {
  if (leftIn(plans) > mostCounted) return null;
  const rows = await Promise.all(plans.map(({ id }) => read.rebuilds.where({ cascade: id, state: 'waiting' })));
  return rows.flat();
}

async function observedOf(read: Read, name: string): Promise<readonly CascadeRow[]> {
  const release = await read.releases.get(name);
  const rows = await read.cascades.getMany(release?.observed ?? []);
  return rows.filter((row) => row.state === 'awaiting-approval');
}
