import { AppError } from '@millrace/kernel';
import { taskId, type TaskId } from '@millrace/koji';
import type { BuildRef } from '../build-system';

/** A build is named by its task, which exists before any build row and never changes. */
export function refOfTask(id: TaskId): BuildRef {
  return `task-${id}`;
}

export function taskOfRef(ref: BuildRef): TaskId {
  const digits = /^task-(\d{1,15})$/.exec(ref)?.[1];
  if (digits !== undefined) return taskId.parse(Number(digits));
  throw new AppError({
    ...{ code: 'build-ref-malformed', kind: /^[A-Za-z0-9_-]+$/.test(ref) ? 'missing' : 'invalid' },
    message: `'${ref.slice(0, 80)}' names no build in Koji`,
    remedy: 'builds in Koji are named task-N by the id of their build task',
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
