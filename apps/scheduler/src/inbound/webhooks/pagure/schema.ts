import { z } from 'zod';

/** What Pagure puts around every message. */
export const pagureMessage = z.object({ topic: z.string().max(200), msg: z.unknown() });

/** The parts of Pagure's `git.receive` that matter here. */
export const pagureReceive = z.object({
  msg_id: z.string().max(200).optional(),
  msg: z.object({
    branch: z.string().max(1000),
    old_commit: z.string().max(64).nullish(),
    end_commit: z.string().max(64).nullish(),
    total_commits: z.number().int().default(0),
    agent: z.string().max(200).nullish(),
    pagure_instance: z.string().max(500),
    project_fullname: z.string().max(500),
    repo: z.object({ full_url: z.string().max(1024).nullish() }).nullish(),
  }),
});
