import { z } from 'zod';

/** The parts of GitHub's `push` payload that matter here. */
export const githubPush = z.object({
  ref: z.string().max(1000),
  before: z.string().max(64),
  after: z.string().max(64),
  deleted: z.boolean().default(false),
  repository: z.object({
    full_name: z.string().max(500),
    clone_url: z.string().max(1024),
    ssh_url: z.string().max(1024).optional(),
    git_url: z.string().max(1024).optional(),
    html_url: z.string().max(1024).optional(),
  }),
  pusher: z.object({ name: z.string().max(200) }),
  commits: z.array(z.object({ id: z.string().max(64) })).default([]),
  head_commit: z.object({ message: z.string() }).nullish(),
});
