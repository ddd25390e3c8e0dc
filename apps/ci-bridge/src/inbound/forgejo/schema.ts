import { z } from 'zod';

const text = z.string().nullish();
const repository = z.object({ full_name: z.string().min(1), html_url: z.string().min(1) });

/** Gitea's `workflow_run`, in the form of GitHub's. https://docs.gitea.com/usage/webhooks */
export const workflowRun = z.object({
  action: z.string(),
  workflow_run: z.object({
    id: z.number(),
    name: text,
    display_title: text,
    path: text,
    head_sha: z.string().min(7),
    status: text,
    conclusion: text,
    html_url: text,
    run_attempt: z.number().nullish(),
    started_at: text,
    completed_at: text,
  }),
  repository,
});

/** Forgejo's `action_run_success`, `action_run_failure` and `action_run_recover`. */
export const actionRun = z.object({
  run: z.object({
    id: z.number(),
    title: text,
    workflow_id: z.string().min(1),
    commit_sha: z.string().min(7),
    status: z.string(),
    html_url: text,
    started: text,
    stopped: text,
    repository,
  }),
});

/** Commit statuses, which any CI sets: event `status`. */
export const status = z.object({
  id: z.number().nullish(),
  sha: z.string().min(7),
  context: z.string().min(1),
  state: z.string(),
  description: text,
  target_url: text,
  created_at: text,
  updated_at: text,
  repository,
});
