import { z } from 'zod';

const text = z.string().nullish();
const project = z.object({ path_with_namespace: z.string().min(1), web_url: z.string().min(1) });

/** https://docs.gitlab.com/user/project/integrations/webhook_events/#pipeline-events */
export const pipeline = z.object({
  object_attributes: z.object({
    id: z.number(),
    name: text,
    ref: text,
    sha: z.string().min(7),
    status: z.string(),
    created_at: text,
    finished_at: text,
    url: text,
  }),
  project,
});

/** https://docs.gitlab.com/user/project/integrations/webhook_events/#job-events */
export const job = z.object({
  ref: text,
  sha: z.string().min(7),
  build_id: z.number(),
  build_name: z.string().min(1),
  build_stage: text,
  build_status: z.string(),
  build_started_at: text,
  build_finished_at: text,
  build_failure_reason: text,
  pipeline_id: z.number(),
  project: project.nullish(),
  /** Older GitLabs name the project by this alone. */
  repository: z.object({ homepage: z.url({ protocol: /^https?$/ }) }).nullish(),
});
