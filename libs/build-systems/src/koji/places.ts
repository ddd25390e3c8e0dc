import { AppError } from '@millrace/kernel';
import { buildId, type BuildId, type TaggedBuild } from '@millrace/koji';
import type { BuildRef, Place } from '../build-system';
import { once } from './intents';
import { completeBuild } from './look';
import { markerOf } from './marker';
import { changePlace, readPlace, writePlace } from './place-book';
import { refOfTask } from './ref';
import { baseTagOf, knownTarget, releaseOf, targetOf } from './releases';
import type { KojiParts } from './settings';
import { removeSideTag, sideTag } from './side-tags';
import { cancelTask } from './submission';
import { putInto } from './tagging';

/** Per cascade a side tag, or the given target's build tag for all. */
export async function openPlace(parts: KojiParts, release: string, cascade: string | null): Promise<Place> {
  const opened = cascade === null ? null : await readPlace(parts, release, cascade);
  if (opened) return opened.place;
  const { target, isolation } = await releaseOf(parts, release);
  const base = (await knownTarget(parts, target)).build_tag_name;
  if (cascade === null) return { id: base, release, cascade };
  const own = isolation === 'side-tag' ? await sideTag(parts, `${release} ${cascade}`, base) : null;
  const place = { id: own ?? base, release, cascade };
  await writePlace(parts, { place, target: own ?? target, closed: null, beside: [], images: [] });
  return place;
}

/**
 * After the gate: into the cascade's side tag, or out of the candidates into the base. The number is the event that put
 * it there. With `promote: gate` a draft becomes final first.
 */
export async function admit(parts: KojiParts, ref: BuildRef, place: Place) {
  const opened = place.cascade === null ? null : await readPlace(parts, place.release, place.cascade);
  if (opened?.closed) throw placeClosed(place, opened.closed);
  const { build, component } = await completeBuild(parts, ref);
  if (!component.startsWith('rpm/')) return admitImage(parts, build.build_id, component, place);
  const { isolation, promote: when, target } = await releaseOf(parts, place.release);
  if (when === 'gate') await promoteBuild(parts, build.build_id);
  const isSide = isolation === 'side-tag' && place.cascade !== null;
  const to = isSide ? place.id : await baseTagOf(parts, place.release);
  const from = isSide ? null : (await knownTarget(parts, target)).dest_tag_name;
  const number = await putInto(parts, build.build_id, to, from);
  return { number, repository: repositoryOf(parts, place.id) };
}

/** Nothing is built with an image, so it goes to its tag when the cascade lands. */
async function admitImage(parts: KojiParts, build: number, component: string, place: Place) {
  const { tag } = await targetOf(parts, place.release, component);
  if (tag !== '') {
    const image = { build, tag };
    await changePlace(parts, place, (opened) => {
      const others = opened.images.filter((one) => one.build !== build);
      return { ...opened, images: [...others, image] };
    });
  }
  return current(parts, place.id);
}

export async function promote(parts: KojiParts, ref: BuildRef): Promise<void> {
  const { build } = await completeBuild(parts, ref);
  await promoteBuild(parts, build.build_id);
}

/** Draft to final, once. Koji has no record of who is about to: its answer is the build itself. */
async function promoteBuild(parts: KojiParts, id: BuildId): Promise<void> {
  const build = await parts.hub.getBuild(id);
  if (!build?.draft) return;
  await once(parts, {
    name: `promote ${id}`,
    lookUp: async () => ((await parts.hub.getBuild(id))?.draft ? null : true),
    send: async (write, before) => {
      const outcome = await write.promoteBuild(id, { before });
      return outcome.kind === 'happened' ? outcome : { kind: 'answered', value: true };
    },
  });
}

/** Number: the last event that changed the tag. */
export async function current(parts: KojiParts, tag: string) {
  const number = (await parts.hub.tagLastChangeEvent(tag)) ?? 0;
  return { number, repository: repositoryOf(parts, tag) };
}

export async function closePlace(parts: KojiParts, place: Place, outcome: 'landed' | 'kept' | 'cancelled') {
  if (place.cascade === null) return current(parts, place.id);
  const opened = await readPlace(parts, place.release, place.cascade);
  const { isolation } = await releaseOf(parts, place.release);
  const base = await baseTagOf(parts, place.release);
  if (opened?.closed) return current(parts, opened.closed === 'landed' ? base : place.id);
  if (outcome === 'cancelled') await cancelAll(parts, place);
  if (outcome === 'landed' && isolation === 'side-tag') {
    for (const build of await admitted(parts, place)) {
      await promoteBuild(parts, build.build_id);
      await putInto(parts, build.build_id, base);
    }
  }
  if (outcome === 'landed') {
    for (const image of opened?.images ?? []) await putInto(parts, buildId.parse(image.build), image.tag);
  }
  for (const tag of opened?.beside ?? []) await removeSideTag(parts, tag);
  await changePlace(parts, place, (one) => ({ ...one, closed: outcome, beside: [] }));
  return current(parts, outcome === 'landed' ? base : place.id);
}

/** What the cascade's tag has, the newest of each, without bootstrap builds: those never leave it. */
async function admitted(parts: KojiParts, place: Place): Promise<readonly TaggedBuild[]> {
  const builds = await parts.hub.listTagged(place.id, { latest: true });
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

export function repositoryOf({ options }: KojiParts, tag: string): string {
  return `${options.topUrl}/repos/${tag}/latest/`;
}

function placeClosed(place: Place, how: string): AppError {
  return new AppError({
    code: 'place-closed',
    kind: 'conflict',
    message: `${place.id} of cascade ${place.cascade} is closed (${how})`,
    remedy: 'start another cascade',
  });
}
