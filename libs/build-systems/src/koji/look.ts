import type { SourceRef } from '@millrace/contracts';
import { moment, type Moment } from '@millrace/kernel';
import type { Build, Task, TaskId } from '@millrace/koji';
import type { BuildProgress, BuildRef, BuildStatus } from '../build-system';
import { markerOf, targetOf, type Marker } from './marker';
import { noBuild, refOfTask, taskOfRef } from './ref';
import type { KojiParts } from './settings';

const progress: Readonly<Record<Task['state'], BuildProgress>> = {
  FREE: 'submitted',
  ASSIGNED: 'submitted',
  OPEN: 'building',
  CLOSED: 'complete',
  CANCELED: 'cancelled',
  FAILED: 'failed',
};

/** One call for the tasks and one for each hundred builds; only ended ones cost more. */
export async function look(parts: KojiParts, refs: readonly BuildRef[]): Promise<readonly BuildStatus[]> {
  const tasks = await parts.hub.getTasks(refs.map(taskOfRef), true);
  return statusesOf(
    parts,
    tasks.map((task, i) => task ?? missing(refs[i]!)),
  );
}

export async function statusesOf(parts: KojiParts, tasks: readonly Task[]): Promise<readonly BuildStatus[]> {
  const builds = await parts.hub.listBuildsOfMany(tasks.map((t) => t.id));
  return Promise.all(
    tasks.map(async (task, i) => {
      const answer = builds[i]!;
      if (!answer.ok) throw answer.fault;
      return statusOf(parts, task, answer.value.at(-1) ?? null);
    }),
  );
}

export async function buildOfTask(parts: KojiParts, task: TaskId): Promise<Build | null> {
  return (await parts.hub.listBuildsOf(task)).at(-1) ?? null;
}

async function statusOf(parts: KojiParts, task: Task, build: Build | null): Promise<BuildStatus> {
  const ours = markerOf(task);
  const state = progress[task.state];
  const complete = state === 'complete' && build !== null;
  return {
    ref: refOfTask(task.id),
    ...whatOf(parts, { task, build, ours }),
    state,
    nvr: build?.nvr ?? null,
    startedAt: timeOf(task.start_ts),
    endedAt: timeOf(task.completion_ts),
    repository: complete ? `${parts.options.topUrl}/packages/${build.name}/${build.version}/${build.release}/` : null,
    builtFrom: complete ? await builtFrom(parts, task.id) : null,
    source: sourceOf(task),
    submittedBy: ours ? null : (build?.owner_name ?? null),
  };
}

interface Known {
  readonly task: Task;
  readonly build: Build | null;
  readonly ours: Marker | null;
}

function whatOf(parts: KojiParts, { task, build, ours }: Known) {
  if (ours) {
    return {
      ...{ key: ours.millrace_key, release: ours.millrace_release, component: ours.millrace_component },
      ...{ origin: 'cascade' as const, cascade: ours.millrace_cascade, bootstrap: ours.millrace_bootstrap },
    };
  }
  const named = Object.entries(parts.options.releases).find(([, release]) => release.target === targetOf(task));
  const component = `rpm/${build?.name ?? 'unknown'}`;
  const key = `koji/${task.id}`;
  return { key, release: named?.[0] ?? '-', component, origin: 'hand' as const, cascade: null, bootstrap: false };
}

/** The build tag and the event that the repository of its build root was made at. */
async function builtFrom({ hub }: KojiParts, id: TaskId): Promise<BuildStatus['builtFrom']> {
  for (const root of await buildrootsOf({ hub }, id)) {
    const repo = root.repo_id ? await hub.repoInfo(root.repo_id) : null;
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

/** A commit, where the task's source is one; an uploaded source package says nothing about itself. */
function sourceOf(task: Task): SourceRef | null {
  const match = /^git\+(.{1,2048})#([0-9a-f]{40})$/.exec(String(task.request?.[0]));
  return match ? { kind: 'git', url: match[1]!, commit: match[2]! } : null;
}

function timeOf(seconds: number | null | undefined): Moment | null {
  return typeof seconds === 'number' ? moment(Math.round(seconds * 1000)) : null;
}

function missing(ref: BuildRef): never {
  throw noBuild(ref);
}
