import { z } from 'zod';
import { eventId, taskId } from './ids';

const repoStates = ['INIT', 'READY', 'EXPIRED', 'DELETED', 'PROBLEM'] as const;

export const repo = z.looseObject({
  id: z.number().int(),
  state: z
    .number()
    .int()
    .min(0)
    .max(4)
    .transform((n) => repoStates[n]!),
  create_event: eventId,
  /** From hub 1.35: the last change of the tag that the repository has. It covers a tag operation when not below it. */
  begin_event: eventId.nullish(),
  end_event: eventId.nullish(),
  task_id: taskId.nullish(),
  tag_name: z.string().nullish(),
});
export type Repo = z.infer<typeof repo>;

const repoRequest = z.looseObject({
  id: z.number().int(),
  tag_name: z.string(),
  min_event: eventId.nullish(),
  active: z.boolean(),
  repo_id: z.number().int().nullish(),
  task_id: taskId.nullish(),
});

export const repoAnswer = z.looseObject({
  repo: z.looseObject({ id: z.number().int(), begin_event: eventId.nullish() }).nullish(),
  request: repoRequest.nullish(),
  duplicate: z.boolean().nullish(),
});
