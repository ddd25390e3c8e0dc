import { buildId, type Build, type Task, type TaskId } from '@millrace/koji';
import type { BuildRef } from '../build-system';
import { namedBy } from './ref';
import type { KojiParts } from './settings';

/** Of a task's build, as the hub has it now; null before it has begun. */
export async function buildOfTask(parts: KojiParts, id: TaskId): Promise<Build | null> {
  const own = (await parts.hub.listBuildsOf(id)).at(-1);
  if (own) return own;
  const task = await parts.hub.getTask(id, false);
  return task && task.state === 'CLOSED' && task.method !== 'build' ? importedBuild(parts, task) : null;
}

/** Of any ref that may be needed; null: it is another build system's, or has not begun. */
export async function buildOfRef(parts: KojiParts, ref: BuildRef): Promise<Build | null> {
  if (!/^(task|build)-\d+$/.test(ref)) return null;
  const named = namedBy(ref);
  return 'build' in named ? parts.hub.getBuild(named.build) : buildOfTask(parts, named.task);
}

/** Builds of content generators (containers) name no task; the task's result names them. */
export async function importedBuild({ hub }: KojiParts, task: Task): Promise<Build | null> {
  const result = await hub.getTaskResult(task.id);
  const value: unknown = 'value' in result ? result.value : null;
  const [id] = (value as { readonly koji_builds?: readonly unknown[] } | null)?.koji_builds ?? [];
  return id === undefined ? null : hub.getBuild(buildId.parse(Number(id)));
}
