import { z } from 'zod';

const text = z.string().nullish();

/** https://plugins.jenkins.io/notification: the JSON that it posts at each phase of a build. */
export const notification = z.object({
  name: z.string().min(1),
  display_name: text,
  url: text,
  build: z.object({
    full_url: text,
    number: z.number().int(),
    timestamp: z.number().nullish(),
    phase: z.enum(['QUEUED', 'STARTED', 'COMPLETED', 'FINALIZED']),
    status: text,
    url: text,
    scm: z.object({ url: text, branch: text, commit: text }).nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
    test_summary: z
      .object({ total: z.number(), failed: z.number(), passed: z.number(), skipped: z.number() })
      .nullish(),
  }),
});
export type Notification = z.infer<typeof notification>;

/** What a `httpRequest` step of a pipeline posts: the names of its own environment, in either case. */
export const generic = z.object({
  job: z.string().min(1),
  number: z.coerce.number().int(),
  url: z.string().min(1),
  result: z.string().min(1),
  timestamp: z.union([z.number(), z.string()]).nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  commit: text,
  repository: text,
});
export type Generic = z.infer<typeof generic>;
