import { z } from 'zod';

const text = z.string().nullish();
const repository = z.object({ full_name: z.string().min(1), html_url: z.string().min(1) });

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_run */
export const workflowRun = z.object({
  action: z.string(),
  workflow_run: z.object({
    id: z.number(),
    name: text,
    head_sha: z.string().min(7),
    head_branch: text,
    status: text,
    conclusion: text,
    html_url: z.string(),
    run_attempt: z.number().default(1),
    run_started_at: text,
    updated_at: text,
  }),
  repository,
});

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#check_run */
export const checkRun = z.object({
  action: z.string(),
  check_run: z.object({
    id: z.number(),
    name: z.string().min(1),
    head_sha: z.string().min(7),
    status: text,
    conclusion: text,
    html_url: text,
    details_url: text,
    started_at: text,
    completed_at: text,
    output: z.object({ title: text, summary: text }).nullish(),
    app: z.object({ slug: text }).nullish(),
  }),
  repository,
});
