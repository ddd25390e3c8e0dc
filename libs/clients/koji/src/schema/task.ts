import { z } from 'zod';
import { stamp, taskId } from './ids';

const taskStates = ['FREE', 'OPEN', 'CLOSED', 'CANCELED', 'ASSIGNED', 'FAILED'] as const;
export type TaskState = (typeof taskStates)[number];

/** koji.TASK_STATES by number. A task that is OPEN may become FREE again when its builder died. */
const taskState = z
  .number()
  .int()
  .min(0)
  .max(5)
  .transform((n) => taskStates[n]!);

export const task = z.looseObject({
  id: taskId,
  state: taskState,
  method: z.string(),
  arch: z.string().nullish(),
  label: z.string().nullish(),
  parent: taskId.nullish(),
  owner: z.number().int().nullish(),
  host_id: z.number().int().nullish(),
  channel_id: z.number().int().nullish(),
  priority: z.number().int().nullish(),
  weight: z.number().nullish(),
  create_ts: stamp,
  start_ts: stamp,
  completion_ts: stamp,
  /** Positional parameters, a trailing `__starstar` struct included; only when asked for. */
  request: z.array(z.unknown()).nullish(),
});
export type Task = z.infer<typeof task>;

export function numberOfTaskState(state: TaskState): number {
  return taskStates.indexOf(state);
}

export function hasEnded(state: TaskState): boolean {
  return state === 'CLOSED' || state === 'CANCELED' || state === 'FAILED';
}
