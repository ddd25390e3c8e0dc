import type { ComponentId } from '@millrace/kernel';
import type { Followed, FollowedBuild, Landing } from '../../domain/follow/follow-input';
import type { BuildRow } from '../../domain/state';
import { isElsewhere } from '../local';
import { releaseNamed, type Outside } from '../outside';
import { landedBuilds } from './landed-builds';

type Read = Outside['read'];

/** Landings that one look goes through, the newest first. */
const mostLandings = 200;

/** What was followed and is gone from the other release again: landings that were taken back, and builds that were taken away. */
export async function undoneIn(
  read: Read,
  of: string,
  before: Followed,
  newest: readonly BuildRow[],
): Promise<Landing[]> {
  return [...(await revertedIn(read, of, before)), ...(await withdrawnIn(read, of, before, newest))];
}

async function revertedIn(read: Read, of: string, { seen }: Followed): Promise<Landing[]> {
  const rows = await read.landings.where({ release: of, state: 'reverted' }, { orderBy: '-at', limit: mostLandings });
  const fresh = rows.filter((one) => seen.includes(one.id) && !seen.includes(markOf(one.id)));
  const landings: Landing[] = [];
  for (const { id, cascade } of fresh.reverse()) {
    const builds = await landedBuilds(read, cascade, id);
    const told = await again(read, of, builds, (row) => row.cascade !== cascade);
    landings.push({ id: markOf(id), of, what: `cascade ${cascade}`, builds: told, seen: [markOf(id)], undone: true });
  }
  return landings;
}

/** Builds that people untagged, deleted or blocked there, after they were followed. */
async function withdrawnIn(
  read: Read,
  of: string,
  { seen }: Followed,
  newest: readonly BuildRow[],
): Promise<Landing[]> {
  const rows = newest.filter((row) => row.state === 'withdrawn');
  if (rows.length === 0) return [];
  const landed = new Set(seen.map((id) => id.split('/')[0]!));
  const wasSeen = (row: BuildRow): boolean =>
    seen.includes(row.id) || (row.cascade !== null && row.standing !== 'seen' && landed.has(row.cascade));
  const fresh = rows.filter((row) => wasSeen(row) && !seen.includes(markOf(row.id)));
  return Promise.all(
    fresh.reverse().map(async (row): Promise<Landing> => {
      const { component, nvr, source, id } = row;
      const builds = await again(read, of, [{ component, nvr, source }], () => true);
      const what = `build ${nvr ?? id}`;
      return { id: markOf(id), of, what, builds, seen: [markOf(id)], undone: true };
    }),
  );
}

/** Each with what its release has again in its place. */
async function again(
  read: Read,
  of: string,
  builds: readonly FollowedBuild[],
  counts: (row: BuildRow) => boolean,
): Promise<readonly FollowedBuild[]> {
  const { definition } = await releaseNamed(read, of);
  const found: FollowedBuild[] = [];
  for (const { component, nvr, source } of builds) {
    const former = await formerOf(read, of, component, isElsewhere(definition, component), counts);
    const gone = { nvr, source };
    found.push({ component, nvr: former?.nvr ?? null, source: former?.source ?? null, gone });
  }
  return found;
}

/** The newest build that a release has of a component: landed by a cascade, or made by hand in a build system of others. */
async function formerOf(
  read: Read,
  release: string,
  component: ComponentId,
  elsewhere: boolean,
  counts: (row: BuildRow) => boolean,
): Promise<BuildRow | null> {
  const rows = await read.builds.where({ release, component }, { orderBy: '-started_at', limit: 50 });
  for (const row of rows.filter((one) => one.state === 'complete' && !one.bootstrap && counts(one))) {
    if (row.standing === 'seen' ? elsewhere : await hasLanded(read, row)) return row;
  }
  return null;
}

async function hasLanded(read: Read, { cascade }: BuildRow): Promise<boolean> {
  return cascade !== null && (await read.cascades.get(cascade))?.landed === true;
}

function markOf(id: string): string {
  return `${id}#undone`;
}
