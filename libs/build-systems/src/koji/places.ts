import { sha256 } from '@millrace/kernel';
import { hasEnded, type BuildId, type TaggedBuild } from '@millrace/koji';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '@millrace/kernel';
import type { BuildRef, Place } from '../build-system';
import { readJson, writeJson } from '../local-rpm/json-file';
import { once } from './intents';
import { buildOfTask } from './look';
import { markerOf } from './marker';
import { noBuild, taskOfRef } from './ref';
import type { KojiParts } from './settings';
import { releaseOf } from './submission';

interface Opened {
  readonly place: Place;
}

/** Side tags carry no marker, so what was there before is remembered, and what others have claimed. */
export async function openPlace(parts: KojiParts, release: string, cascade: string | null): Promise<Place> {
  const { target, isolation } = releaseOf(parts, release);
  const base = (await parts.hub.getBuildTarget(target))?.build_tag_name ?? target;
  if (cascade === null || isolation === 'target') return { id: base, release, cascade };
  const file = join(placesOf(parts), `${sha256(`${release} ${cascade}`)}.json`);
  const opened = await readJson<Opened>(file);
  if (opened) return opened.place;
  await mkdir(placesOf(parts), { recursive: true });
  const before = await readJson<readonly string[]>(`${file}.before`);
  const known = before ?? (await parts.hub.listSideTags(base)).map((t) => t.name);
  if (!before) await writeJson(`${file}.before`, known);
  const tag = await once(parts, {
    name: `side-tag ${release} ${cascade}`,
    lookUp: () => newSideTag(parts, base, known),
    send: async (write, store) => {
      const outcome = await write.createSideTag(base, {}, { before: store });
      return outcome.kind === 'happened' ? outcome : { kind: 'answered', value: outcome.value.name };
    },
  });
  const place = { id: tag, release, cascade };
  await writeJson(file, { place } satisfies Opened);
  return place;
}

async function newSideTag(parts: KojiParts, base: string, known: readonly string[]): Promise<string | null> {
  const me = await parts.hub.write.getLoggedInUser();
  if (me.kind === 'happened') return null;
  const ours = await parts.hub.listSideTags(base, me.value.name);
  const claimed = new Set([...known, ...(await claimedTags(parts))]);
  return ours.find((t) => !claimed.has(t.name))?.name ?? null;
}

async function claimedTags(parts: KojiParts): Promise<readonly string[]> {
  const files = (await readdir(placesOf(parts))).filter((name) => name.endsWith('.json'));
  const opened = await Promise.all(files.map((name) => readJson<Opened>(join(placesOf(parts), name))));
  return opened.flatMap((one) => (one ? [one.place.id] : []));
}

/** After the gate: into the side tag, or out of the candidates into the base. The event is the place's number. */
export async function admit(parts: KojiParts, ref: BuildRef, place: Place) {
  const build = await completeBuild(parts, ref);
  const { isolation, baseTag, target } = releaseOf(parts, place.release);
  const to = isolation === 'side-tag' && place.cascade !== null ? place.id : baseTag;
  const from = isolation === 'target' ? ((await parts.hub.getBuildTarget(target))?.dest_tag_name ?? null) : null;
  await putInto(parts, build.build_id, to, from);
  return current(parts, place.id);
}

async function putInto(parts: KojiParts, id: BuildId, to: string, from: string | null): Promise<void> {
  const there = async () => (await parts.hub.listTagsOf(id)).some((t) => t.name === to);
  if (await there()) return;
  const move = from !== null && from !== to && (await parts.hub.listTagsOf(id)).some((t) => t.name === from);
  // A second tagging of one build only fails its own task, so a lost answer needs no intent of its own kind.
  const outcome = await (move ? parts.hub.write.moveBuild(from, to, id) : parts.hub.write.tagBuild(to, id));
  for (;;) {
    if (await there()) return;
    const task = outcome.kind === 'answered' ? await parts.hub.getTask(outcome.value) : null;
    if (task && hasEnded(task.state) && !(await there())) throw notTagged(id, to, task.state);
    await pause(parts.pollMs);
  }
}

export async function promote(parts: KojiParts, ref: BuildRef): Promise<void> {
  const build = await completeBuild(parts, ref);
  if (!build.draft) return;
  await once(parts, {
    name: `promote ${build.build_id}`,
    lookUp: async () => ((await parts.hub.getBuild(build.build_id))?.draft ? null : true),
    send: async (write, before) => {
      const outcome = await write.promoteBuild(build.build_id, { before });
      return outcome.kind === 'happened' ? outcome : { kind: 'answered', value: true };
    },
  });
}

/** Number: the last event that changed the tag. */
export async function current(parts: KojiParts, tag: string) {
  const number = (await parts.hub.tagLastChangeEvent(tag)) ?? 0;
  return { number, repository: `${parts.options.topUrl}/repos/${tag}/latest/` };
}

export async function closePlace(parts: KojiParts, place: Place, outcome: 'landed' | 'kept' | 'cancelled') {
  const { isolation, baseTag } = releaseOf(parts, place.release);
  if (outcome === 'cancelled' && place.cascade !== null) await cancelAll(parts, place);
  if (outcome !== 'landed' || isolation === 'target' || place.cascade === null) return current(parts, place.id);
  for (const build of await admitted(parts, place)) {
    if (build.task_id !== null && build.task_id !== undefined) await promote(parts, `task-${build.task_id}`);
    await putInto(parts, build.build_id, baseTag, null);
  }
  return current(parts, baseTag);
}

async function admitted(parts: KojiParts, place: Place): Promise<readonly TaggedBuild[]> {
  const builds = await parts.hub.listTagged(place.id, { latest: true });
  const tasks = await parts.hub.getTasks(
    builds.flatMap((b) => b.task_id ?? []),
    true,
  );
  const bootstraps = new Set(tasks.flatMap((t) => (t && markerOf(t)?.millrace_bootstrap ? [t.id] : [])));
  return builds.filter((b) => b.task_id === null || b.task_id === undefined || !bootstraps.has(b.task_id));
}

async function cancelAll({ hub }: KojiParts, place: Place): Promise<void> {
  const running = await hub.listTasks({ method: 'build', states: ['FREE', 'OPEN', 'ASSIGNED'] });
  const ours = running.filter((task) => {
    const marker = markerOf(task);
    return marker?.millrace_release === place.release && marker.millrace_cascade === place.cascade;
  });
  for (const task of ours) await hub.write.cancelTask(task.id);
}

async function completeBuild(parts: KojiParts, ref: BuildRef) {
  const build = await buildOfTask(parts, taskOfRef(ref));
  if (!build) throw noBuild(ref);
  if (build.state === 'COMPLETE') return build;
  throw new AppError({
    code: 'build-not-complete',
    kind: 'conflict',
    message: `build ${ref} (${build.nvr}) is ${build.state}`,
    remedy: 'wait until it is complete',
  });
}

function notTagged(id: BuildId, tag: string, state: string): AppError {
  return new AppError({
    code: 'koji-not-tagged',
    kind: 'conflict',
    message: `build ${id} did not get into tag ${tag}: the task is ${state}`,
    remedy: "see the task's result in Koji",
  });
}

function placesOf({ options }: KojiParts): string {
  return join(options.dir, 'places');
}
