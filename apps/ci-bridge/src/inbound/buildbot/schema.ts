import { z } from 'zod';

const text = z.string().nullish();

/** A build as Buildbot's HttpStatusPush posts it. https://docs.buildbot.net/latest/manual/configuration/reporters/http_status.html */
export const buildbotBuild = z.object({
  buildid: z.number(),
  number: z.number().nullish(),
  complete: z.boolean(),
  results: z.number().nullish(),
  state_string: text,
  started_at: z.union([z.number(), z.string()]).nullish(),
  complete_at: z.union([z.number(), z.string()]).nullish(),
  url: text,
  builder: z.object({ name: z.string().min(1) }),
  buildset: z
    .object({
      sourcestamps: z.array(z.object({ revision: text, repository: text, branch: text, project: text })).default([]),
    })
    .nullish(),
  /** Each a value and where it comes from. */
  properties: z.record(z.string(), z.array(z.unknown())).nullish(),
});
