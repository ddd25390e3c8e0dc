import type { SourceRef } from '@millrace/contracts';
import { AppError, moment, type Moment } from '@millrace/kernel';
import type { Build, Task, TaskId } from '@millrace/koji';
import type { BuildProgress, BuildRef, BuildStatus } from '../build-system';
import { buildOfTask, importedBuild } from './build-of';
import { staleInside } from './containers';
import { markerOf, targetNameOf } from './marker';
import { allPlaces } from './place-book';
import { namedBy, noBuild, refOfBuild, refOfTask } from './ref';
import type { KojiParts } from './settings';
import { starvedFor } from './starvation';
import type { WatchedTask } from './task-watch';

const progress: Readonly<Record<Task['state'], BuildProgress>> = {
  FREE: 'submitted',
  ASSIGNED: 'submitted',
  OPEN: 'building',
  CLOSED: 'complete',
  CANCELED: 'cancelled',
  FAILED: 'failed',
};

/** Waits for the next look at all that is watched: a few calls for any number; only ended builds cost more. */
export function look(parts: KojiParts, refs: readonly BuildRef[]): Promise<readonly BuildStatus[]> {
  const named = refs.map(namedBy);
  return Promise.all(
    named.map(async (one, n) => {
      if ('build' in one) return statusOfImported(parts, (await parts.hub.getBuild(one.build)) ?? missing(refs[n]!));
      return statusOf(parts, (await parts.watch.ask(one.task)) ?? missing(refs[n]!));
    }),
  );
}

/** As the hub has them now, without waiting for the next look at what is watched. */
export async function lookNow(parts: KojiParts, refs: readonly BuildRef[]): Promise<readonly BuildStatus[]> {
  const named = refs.map(namedBy);
  const tasks = await parts.hub.getTasks(
    named.flatMap((one) => ('task' in one ? [one.task] : [])),
    true,
  );
  const known = new Map(tasks.flatMap((task) => (task ? [[task.id, task] as const] : [])));
  const ids = [...known.keys()];
  const answers = await parts.hub.listBuildsOfMany(ids);
  const builds = new Map(ids.map((id, n) => [id, answers[n]!.ok ? (answers[n]!.value.at(-1) ?? null) : null]));
  return Promise.all(
    named.map(async (one, n) => {
      if ('build' in one) return statusOfImported(parts, (await parts.hub.getBuild(one.build)) ?? missing(refs[n]!));
      const task = known.get(one.task) ?? missing(refs[n]!);
      return statusOf(parts, { task, build: builds.get(task.id) ?? null });
    }),
  );
}

/** A build that can be used, and its component. Throws `build-not-complete` (conflict). */
export async function completeBuild(
  parts: KojiParts,
  ref: BuildRef,
): Promise<{ readonly build: Build; readonly component: string }> {
  const named = namedBy(ref);
  const build = 'build' in named ? await parts.hub.getBuild(named.build) : await buildOfTask(parts, named.task);
  const task = 'task' in named ? await parts.hub.getTask(named.task) : null;
  if (!build && !task) throw noBuild(ref);
  if (build?.state !== 'COMPLETE' || (task && task.state !== 'CLOSED')) throw notComplete(ref, build, task);
  const ours = task && markerOf(task);
  return { build, component: ours?.millrace_component ?? componentOf(build) };
}

async function statusOf(parts: KojiParts, watched: WatchedTask): Promise<BuildStatus> {
  const { task } = watched;
  const closed = task.state === 'CLOSED';
  const build = watched.build ?? (closed && task.method !== 'build' ? await importedBuild(parts, task) : null);
  const state = await stateOf(parts, { task, build });
  const complete = state === 'complete' && build !== null;
  const ours = markerOf(task);
  return {
    ref: refOfTask(task.id),
    ...(await whatOf(parts, { task, build })),
    state,
    nvr: build?.nvr ?? null,
    startedAt: timeOf(task.start_ts),
    endedAt: timeOf(task.completion_ts),
    repository: complete ? filesOf(parts, build) : null,
    builtFrom: complete ? await builtFrom(parts, task.id) : null,
    source: sourceOf(String(task.request?.[0])),
    submittedBy: ours ? null : (build?.owner_name ?? null),
  };
}

async function stateOf(parts: KojiParts, watched: WatchedTask): Promise<BuildProgress> {
  const { task, build } = watched;
  // The build may be deleted, or be known as failed, while the task says that all went well.
  if (task.state === 'CLOSED' && (build === null || build.state !== 'COMPLETE')) return 'failed';
  if (task.state === 'CLOSED' && task.method === 'buildContainer') {
    return (await staleInside(parts, watched, build!)).length > 0 ? 'failed' : 'complete';
  }
  const starved = await starvedFor(parts, task);
  return starved !== null && task.state === 'CANCELED' ? 'failed' : progress[task.state];
}

async function statusOfImported(parts: KojiParts, build: Build): Promise<BuildStatus> {
  const complete = build.state === 'COMPLETE';
  const ref = refOfBuild(build);
  return {
    ...{ ref, key: `koji/${ref}`, release: '-', component: componentOf(build), origin: 'hand', cascade: null },
    ...{ state: complete ? 'complete' : 'failed', nvr: build.nvr, bootstrap: false },
    startedAt: timeOf(build.start_ts),
    endedAt: timeOf(build.completion_ts),
    repository: complete ? filesOf(parts, build) : null,
    builtFrom: null,
    source: sourceOf(build.source ?? ''),
    submittedBy: build.owner_name ?? null,
  };
}

async function whatOf(parts: KojiParts, { task, build }: WatchedTask) {
  const ours = markerOf(task);
  if (ours) {
    return {
      ...{ key: ours.millrace_key, release: ours.millrace_release, component: ours.millrace_component },
      ...{ origin: 'cascade' as const, cascade: ours.millrace_cascade, bootstrap: ours.millrace_bootstrap },
    };
  }
  const release = (await releaseOfTarget(parts, targetNameOf(task))) ?? '-';
  const component = build ? componentOf(build) : 'rpm/unknown';
  return { key: `koji/${task.id}`, release, component, origin: 'hand' as const, cascade: null, bootstrap: false };
}

/** The release whose target it is, or whose cascade's side tag. */
async function releaseOfTarget(parts: KojiParts, target: string | null): Promise<string | null> {
  if (target === null) return null;
  const opened = (await allPlaces(parts)).find((one) => one.target === target && one.place.id === target);
  if (opened) return opened.place.release;
  const releases = [...(await parts.options.releases.all())];
  const named = releases.find(([, release]) => Object.values(release).some((one) => one?.target === target));
  return named?.[0] ?? null;
}

/** Component of a build that carries no marker. */
export function componentOf(build: Build): string {
  const isImage = JSON.stringify(build.extra ?? {}).includes('"image"') || taskOfContainer(build);
  return `${isImage ? 'container' : 'rpm'}/${build.name}`;
}

function taskOfContainer({ extra }: Build): boolean {
  return extra !== null && extra !== undefined && 'container_koji_task_id' in extra;
}

const origins = new WeakMap<KojiParts, Map<TaskId, BuildStatus['builtFrom']>>();

/** The build tag and the event that the repository of its build root was made at; it never changes. */
async function builtFrom(parts: KojiParts, id: TaskId): Promise<BuildStatus['builtFrom']> {
  const known = origins.get(parts) ?? new Map<TaskId, BuildStatus['builtFrom']>();
  origins.set(parts, known);
  if (!known.has(id)) {
    if (known.size > 20_000) known.clear();
    known.set(id, await readOrigin(parts, id));
  }
  return known.get(id) ?? null;
}

async function readOrigin(parts: KojiParts, id: TaskId): Promise<BuildStatus['builtFrom']> {
  for (const root of await buildrootsOf(parts, id)) {
    const repo = root.repo_id ? await parts.hub.repoInfo(root.repo_id) : null;
    if (repo && root.tag_name) return { place: root.tag_name, number: repo.begin_event ?? repo.create_event };
  }
  return null;
}

/** Build roots of all architectures. */
export async function buildrootsOf({ hub }: Pick<KojiParts, 'hub'>, id: TaskId) {
  const below = Object.values(await hub.getTaskDescendents(id)).flat();
  const arches = below.filter((t) => t.method === 'buildArch');
  return (await Promise.all(arches.map((t) => hub.listBuildroots(t.id)))).flat();
}

/** A commit, where the source is one; an uploaded source package says nothing about itself. */
export function sourceOf(source: string): SourceRef | null {
  const match = /^(?:git\+)?(.{1,2048})#([0-9a-f]{40})$/.exec(source);
  return match ? { kind: 'git', url: match[1]!, commit: match[2]! } : null;
}

/** Koji's layout: builds of another volume than DEFAULT lie below it. */
function filesOf({ options }: KojiParts, { name, version, release, volume_name: volume }: Build): string {
  const top = volume && volume !== 'DEFAULT' ? `${options.topUrl}/vol/${volume}` : options.topUrl;
  return `${top}/packages/${name}/${version}/${release}/`;
}

function timeOf(seconds: number | null | undefined): Moment | null {
  return typeof seconds === 'number' ? moment(Math.round(seconds * 1000)) : null;
}

function missing(ref: BuildRef): never {
  throw noBuild(ref);
}

function notComplete(ref: BuildRef, build: Build | null, task: Task | null): AppError {
  const state = build && build.state !== 'COMPLETE' ? build.state : (task?.state ?? 'unknown');
  return new AppError({
    code: 'build-not-complete',
    kind: 'conflict',
    message: `build ${ref}${build ? ` (${build.nvr})` : ''} is ${state}`,
    remedy: 'wait until it is complete',
  });
}
