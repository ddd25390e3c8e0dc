import { z } from 'zod';

const positive = z.number().int().nonnegative();

/** A task is work that the hub was asked for; it exists before any build, and a build may have none. */
export const taskId = positive.brand<'TaskId'>();
export type TaskId = z.infer<typeof taskId>;

/** A build is what came out; it keeps its id when a draft's name changes at promotion. */
export const buildId = positive.brand<'BuildId'>();
export type BuildId = z.infer<typeof buildId>;

/** The hub counts every change of tags, targets and packages: a later event has a higher number. */
export const eventId = positive;

/** Seconds since 1970 with fractions: Koji's `*_ts` fields. */
export const stamp = z.number().nullish();
