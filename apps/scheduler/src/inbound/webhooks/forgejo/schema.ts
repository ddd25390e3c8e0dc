import { z } from 'zod';

/** The parts of Forgejo's (and Gitea's) `push` payload that matter here. */
export const forgejoPush = z.object({
  ref: z.string().max(1000),
  before: z.string().max(64),
  after: z.string().max(64),
  commits: z.array(z.object({ id: z.string().max(64), message: z.string().nullish() })).nullish(),
  total_commits: z.number().int().nullish(),
  head_commit: z.object({ message: z.string().nullish() }).nullish(),
  repository: z.object({
    full_name: z.string().max(500),
    clone_url: z.string().max(1024),
    ssh_url: z.string().max(1024).nullish(),
    html_url: z.string().max(1024).nullish(),
  }),
  pusher: z.object({ login: z.string().max(200).nullish(), username: z.string().max(200).nullish() }).nullish(),
});
