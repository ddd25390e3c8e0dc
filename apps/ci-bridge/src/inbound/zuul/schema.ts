import { z } from 'zod';

const text = z.string().nullish();

/** https://zuul-ci.org/docs/zuul/latest/drivers/mqtt.html#message-schema */
export const zuulMessage = z.object({
  action: z.string(),
  timestamp: z.number().nullish(),
  pipeline: z.string(),
  project: z.string().min(1),
  branch: text,
  change: z.union([z.string(), z.number()]).nullish(),
  patchset: z.union([z.string(), z.number()]).nullish(),
  ref: text,
  newrev: text,
  commit_id: text,
  change_url: text,
  zuul_ref: text,
  buildset: z.object({
    uuid: z.string().min(1),
    result: text,
    builds: z
      .array(
        z.object({
          job_name: z.string().min(1),
          uuid: text,
          voting: z.boolean().nullish(),
          result: text,
          log_url: text,
          web_url: text,
          start_time: z.number().nullish(),
          end_time: z.number().nullish(),
        }),
      )
      .max(500)
      .default([]),
  }),
});
export type ZuulMessage = z.infer<typeof zuulMessage>;
