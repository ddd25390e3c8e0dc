import { tag as hubTag, type Build, type Tagging } from '@millrace/koji';
import type { BaseMove, GoneTag } from '../side-tag';
import { componentOf } from './look';
import { allPlaces } from './place-book';
import { refOfBuild } from './ref';
import type { KojiParts } from './settings';

/** Side tags of open cascades that the hub has no longer, with who deleted them. One request, where there are any. */
export async function goneTags(parts: KojiParts, release: string): Promise<readonly GoneTag[]> {
  const open = (await allPlaces(parts)).filter(({ place, target, closed }) => {
    return place.release === release && closed === null && target === place.id && place.cascade !== null;
  });
  if (open.length === 0) return [];
  const calls = open.map(({ place }) => ({ method: 'getTag', params: [place.id] }));
  const answers = await parts.hub.askMany(calls, hubTag.nullable());
  const gone = open.filter((_, n) => {
    const answer = answers[n]!;
    return answer.ok && answer.value === null;
  });
  return Promise.all(
    gone.map(async ({ place }) => {
      const [last] = (await parts.hub.tagConfigHistory(place.id)).slice(-1);
      return { tag: place.id, cascade: place.cascade!, by: last?.revoker_name ?? null };
    }),
  );
}

/** What people put into the base, and what was the newest there before. Told only while a cascade is open. */
export async function movesOf(
  parts: KojiParts,
  release: string,
  rows: readonly Tagging[],
  fresh: readonly Build[],
): Promise<readonly BaseMove[]> {
  const open = (await allPlaces(parts)).some(({ place, closed }) => place.release === release && closed === null);
  const builds = new Map(fresh.map((build) => [build.build_id, build]));
  const came = rows.filter((row) => builds.has(row.build_id)).slice(0, mostMoves);
  if (!open) return [];
  return Promise.all(came.map((row) => moveOf(parts, row, builds.get(row.build_id)!)));
}

/** The rest is seen by what is built against it. */
const mostMoves = 200;

async function moveOf({ hub }: KojiParts, row: Tagging, build: Build): Promise<BaseMove> {
  const then = { event: row.create_event - 1, latest: true, inherit: true, package: build.name };
  const before = (await hub.listTagged(row['tag.name'], then)).find((one) => one.build_id !== build.build_id);
  return {
    ...{ component: componentOf(build), nvr: build.nvr, build: refOfBuild(build) },
    was: before ? { nvr: before.nvr, build: refOfBuild(before) } : null,
    by: row.creator_name ?? build.owner_name ?? null,
  };
}
