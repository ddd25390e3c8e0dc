import { z } from 'zod';

const address = z.string().max(1024).nullish();

/** The parts of GitLab's push payload that matter here. */
export const gitlabPush = z.object({
  object_kind: z.literal('push'),
  ref: z.string().max(1000),
  before: z.string().max(64).nullish(),
  after: z.string().max(64).nullish(),
  user_username: z.string().max(200).nullish(),
  user_name: z.string().max(200).nullish(),
  project: z.object({
    path_with_namespace: z.string().max(500),
    git_http_url: address,
    git_ssh_url: address,
    web_url: address,
  }),
  commits: z.array(z.object({ id: z.string().max(64), message: z.string().nullish() })).default([]),
  total_commits_count: z.number().int().nullish(),
});
