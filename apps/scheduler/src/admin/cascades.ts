import { doors } from '@millrace/contracts';
import { moment } from '@millrace/kernel';
import { answer, type BoundDoor } from '@millrace/service';
import type { Filter, TableReader } from '@millrace/store';
import type { Rows } from '../domain/state';
import { missing } from './missing';
import { pageFrom } from './rebuild-pages';
import type { Scenes } from './scenes';
import { byTier, cascadeView, rebuildView } from './views';

type Read = { readonly [K in 'cascades' | 'rebuilds' | 'releases']: TableReader<Rows[K]> };
const own = doors.scheduler;

/** A change may be committed so long after the time that it bears. */
const overlapMs = 2000;

/** Cascades and their rebuilds, page by page. What is shown is likely to be asked about next. */
export function cascadeQuestions(read: Read, scenes: Scenes): readonly BoundDoor<never>[] {
  return [
    answer(own.cascades, async ({ release, state, limit }) => {
      const filter = { ...(release ? { release } : {}), ...(state ? { state } : {}) };
      const rows = await read.cascades.where(filter, { orderBy: '-started_at', limit });
      return { cascades: rows.map(cascadeView) };
    }),
    answer(own.cascade, async ({ cascade, limit, after }) => {
      const row = await cascadeOf(read, cascade);
      scenes.warm(row);
      const page = await shown(read, { cascade }, after, limit);
      const current = (await read.releases.get(row.release))?.definitionRevision;
      const revision = current === undefined ? {} : { currentRevision: current };
      return { ...cascadeView(row), ...revision, ...page };
    }),
    answer(own.rebuilds, async ({ cascade, component, tier, state, since, limit, after }) => {
      await cascadeOf(read, cascade);
      const at = moment(Date.now() - overlapMs);
      const filter = {
        cascade,
        ...(component === undefined ? {} : { component }),
        ...(tier === undefined ? {} : { tier }),
        ...(state === undefined ? {} : { state }),
        ...(since === undefined ? {} : { updated_at: { from: moment(Date.parse(since)) } }),
      };
      return { ...(await shown(read, filter, after, limit)), at };
    }),
  ];
}

async function shown(read: Read, filter: Filter, after: string | undefined, limit: number) {
  const { rows, next } = await pageFrom(read, filter, after, limit);
  return { rebuilds: [...rows].sort(byTier).map(rebuildView), next };
}

async function cascadeOf(read: Read, id: string) {
  const row = await read.cascades.get(id);
  if (!row) throw missing('cascade', id, 'look at `millrace cascade list`');
  return row;
}
