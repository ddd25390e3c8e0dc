import { z } from 'zod';

const positive = z.number().int().nonnegative();

declare const kind: unique symbol;
type Named<Kind extends string> = number & { readonly [kind]: Kind };

/** A task is work that the hub was asked for; it exists before any build, and a build may have none. */
export type TaskId = Named<'TaskId'>;
export const taskId = positive.transform((id) => id as TaskId);

/** A build is what came out; it keeps its id when a draft's name changes at promotion. */
export type BuildId = Named<'BuildId'>;
export const buildId = positive.transform((id) => id as BuildId);

/** The hub counts every change of tags, targets and packages: a later event has a higher number. */
export const eventId = positive;

/** Seconds since 1970 with fractions: Koji's `*_ts` fields. */
export const stamp = z.number().nullish();
