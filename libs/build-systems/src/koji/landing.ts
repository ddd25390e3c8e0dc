import { buildId, KojiFault, type TaggedBuild } from '@millrace/koji';
import type { BuildRef, Place } from '../build-system';
import { markerOf } from './marker';
import { changePlace, claimedTags, readPlace } from './place-book';
import { current, promoteBuild } from './places';
import { refOfTask } from './ref';
import { baseTagOf, releaseOf } from './releases';
import type { KojiParts } from './settings';
import { removeSideTag } from './side-tags';
import { cancelTask } from './submission';
import { isIn, putInto } from './tagging';

export async function closePlace(
  parts: KojiParts,
  place: Place,
  outcome: 'landed' | 'kept' | 'cancelled',
  only?: readonly BuildRef[],
) {
  if (place.cascade === null) return current(parts, place.id);
  const opened = await readPlace(parts, place.release, place.cascade);
  const { isolation } = await releaseOf(parts, place.release);
  const base = await baseTagOf(parts, place.release);
  const landsLate = opened?.closed === 'kept' && outcome === 'landed';
  const how = landsLate ? outcome : (opened?.closed ?? outcome);
  if (!opened?.closed || landsLate) {
    if (outcome === 'cancelled') await cancelAll(parts, place);
    // Builds that are named have landed already, one by one: see `kojiLanding`.
    const landsWhole = outcome === 'landed' && only === undefined;
    if (landsWhole && isolation === 'side-tag') await land(parts, place, base);
    if (landsWhole) {
      for (const image of opened?.images ?? []) await putInto(parts, buildId.parse(image.build), image.tag);
    }
    for (const tag of opened?.beside ?? []) await removeSideTag(parts, tag);
    await changePlace(parts, place, (one) => ({ ...one, closed: outcome, beside: [] }));
  }
  if (how !== 'landed') return current(parts, place.id);
  await leave(parts, place, base);
  return current(parts, base);
}

async function land(parts: KojiParts, place: Place, base: string): Promise<void> {
  for (const build of await admitted(parts, place)) {
    await promoteBuild(parts, build.build_id);
    await putInto(parts, build.build_id, base);
  }
}

/**
 * The cascade's side tag goes when it is one of ours and all that it has is in the base. It is closed before, so that
 * nobody takes its end for builds that were taken away. What somebody built there meanwhile keeps it, and so does a hub
 * that refuses: the cascade has landed all the same.
 */
async function leave(parts: KojiParts, { id, ...place }: Place, base: string): Promise<void> {
  if (!(await claimedTags(parts)).includes(id)) return;
  const left = (await parts.hub.getTag(id)) ? await admitted(parts, { id, ...place }) : [];
  for (const build of left) {
    if (!(await isIn(parts, build.build_id, base))) return;
  }
  try {
    await removeSideTag(parts, id);
  } catch (thrown) {
    if (!(thrown instanceof KojiFault) || thrown.kind === 'unavailable') throw thrown;
  }
}

/** What the cascade's tag has, the newest of each, without bootstrap builds and those of a pinned base: they never leave it. */
async function admitted(parts: KojiParts, place: Place): Promise<readonly TaggedBuild[]> {
  const opened = place.cascade === null ? null : await readPlace(parts, place.release, place.cascade);
  const pinned = new Set(opened?.pinned ?? []);
  const all = await parts.hub.listTagged(place.id, { latest: true });
  const builds = all.filter((one) => !pinned.has(Number(one.build_id)));
  const tasks = await parts.hub.getTasks(
    builds.flatMap((b) => b.task_id ?? []),
    true,
  );
  const bootstraps = new Set(tasks.flatMap((t) => (t && markerOf(t)?.millrace_bootstrap ? [t.id] : [])));
  return builds.filter((b) => b.task_id === null || b.task_id === undefined || !bootstraps.has(b.task_id));
}

async function cancelAll(parts: KojiParts, place: Place): Promise<void> {
  const { id: owner } = await parts.facts.me();
  const running = await parts.hub.listTasks({ owner, parent: null, states: ['FREE', 'OPEN', 'ASSIGNED'] });
  const ours = running.filter((task) => {
    const marker = markerOf(task);
    return marker?.millrace_release === place.release && marker.millrace_cascade === place.cascade;
  });
  for (const task of ours) await cancelTask(parts, task.id, refOfTask(task.id));
}
