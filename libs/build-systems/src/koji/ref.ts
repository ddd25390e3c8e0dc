import { AppError } from '@millrace/kernel';
import { buildId, taskId, type Build, type BuildId, type TaskId } from '@millrace/koji';
import { z } from 'zod';
import type { BuildRef } from '../build-system';

/** A build is named by its task, which exists before any build row and never changes. */
export function refOfTask(id: TaskId): BuildRef {
  return `task-${id}`;
}

const imported = z.looseObject({ container_koji_task_id: z.union([taskId, z.string().regex(/^\d{1,15}$/)]) });

/** The task that made it; content generators name theirs beside. null: it was imported without any. */
export function taskOfBuild(build: Build): TaskId | null {
  if (build.task_id) return build.task_id;
  const extra = imported.safeParse(build.extra);
  return extra.success ? taskId.parse(Number(extra.data.container_koji_task_id)) : null;
}

export function refOfBuild(build: Build): BuildRef {
  const task = taskOfBuild(build);
  return task === null ? `build-${build.build_id}` : refOfTask(task);
}

/** What a ref names: a task, or a build that was imported without one. */
export type Named = { readonly task: TaskId } | { readonly build: BuildId };

export function namedBy(ref: BuildRef): Named {
  const [, kind, digits] = /^(task|build)-(\d{1,15})$/.exec(ref) ?? [];
  if (kind === 'task') return { task: taskId.parse(Number(digits)) };
  if (kind === 'build') return { build: buildId.parse(Number(digits)) };
  throw new AppError({
    ...{ code: 'build-ref-malformed', kind: /^[A-Za-z0-9_-]+$/.test(ref) ? 'missing' : 'invalid' },
    message: `'${ref.slice(0, 80)}' names no build in Koji`,
    remedy: 'builds in Koji are named task-N by the id of their task, imported ones build-N',
  });
}

export function taskOfRef(ref: BuildRef): TaskId {
  const named = namedBy(ref);
  if ('task' in named) return named.task;
  throw noTask(ref);
}

export function noTask(ref: BuildRef): AppError {
  return new AppError({
    code: 'build-without-task',
    kind: 'conflict',
    message: `build ${ref} was imported, no task of the hub made it`,
    remedy: 'look at it in Koji',
  });
}

export function noBuild(ref: BuildRef): AppError {
  return new AppError({
    code: 'build-unknown',
    kind: 'missing',
    message: `the hub knows no task for build ${ref}`,
    remedy: 'check that this is the hub where it was built',
  });
}
