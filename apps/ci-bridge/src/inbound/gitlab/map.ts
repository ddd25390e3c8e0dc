import type { z } from 'zod';
import type { Mapped, Webhook, WebhookAdapter } from '../adapter';
import { commitSubject } from '../subjects';
import { occurredAt } from '../times';
import { wrong } from '../wrong';
import { job, pipeline } from './schema';

/** GitLab: events of pipelines and of jobs. */
export const gitlab: WebhookAdapter = {
  name: 'gitlab',
  proof: { kind: 'token', headers: ['x-gitlab-token'] },
  map: (hook) => {
    const kind = (hook.body as { readonly object_kind?: unknown } | null)?.object_kind;
    if (kind === 'pipeline') return ofPipeline(hook);
    if (kind === 'build') return ofJob(hook);
    return { ignored: `events of the kind '${String(kind)}' are of no interest; pipeline and build (job) are` };
  },
};

const outcomes: Readonly<Record<string, string>> = {
  created: 'QUEUED',
  waiting_for_resource: 'QUEUED',
  preparing: 'QUEUED',
  pending: 'QUEUED',
  scheduled: 'QUEUED',
  running: 'RUNNING',
  success: 'PASSED',
  failed: 'FAILED',
  manual: 'NEEDS_INSPECTION',
  canceling: 'ERROR',
  canceled: 'ERROR',
  skipped: 'NOT_APPLICABLE',
};

function ofPipeline({ body }: Webhook): Mapped {
  const { object_attributes: run, project } = pipeline.parse(body);
  const outcome = outcomeOf(run.status, ['object_attributes', 'status']);
  const url = run.url ?? `${project.web_url}/-/pipelines/${run.id}`;
  return {
    found: [
      {
        key: `pipeline/${project.web_url}/${run.id}/${run.finished_at ?? run.status}`,
        testcase: `gitlab.${project.path_with_namespace}.${run.name ?? 'pipeline'}`,
        outcome,
        url,
        run: url,
        data: { ...commitSubject(project.web_url, run.sha), branch: run.ref, ci_name: 'GitLab CI' },
        occurred: occurredAt(run.finished_at, run.created_at),
      },
    ],
  };
}

/** Why a job failed that says nothing about what it tested. */
const infrastructure = ['runner_system_failure', 'stuck_or_timeout_failure', 'scheduler_failure', 'api_failure'];

function ofJob({ body }: Webhook): Mapped {
  const run = job.parse(body);
  const project = projectOf(run);
  const url = `${project.web_url}/-/jobs/${run.build_id}`;
  const reason = run.build_failure_reason ?? null;
  const isInfrastructure = reason !== null && infrastructure.includes(reason) && run.build_status === 'failed';
  return {
    found: [
      {
        key: `job/${project.web_url}/${run.build_id}/${run.build_finished_at ?? run.build_status}`,
        testcase: `gitlab.${project.path_with_namespace}.${run.build_name}`,
        outcome: isInfrastructure ? 'ERROR' : outcomeOf(run.build_status, ['build_status']),
        url,
        run: `${project.web_url}/-/pipelines/${run.pipeline_id}`,
        note: reason === 'unknown_failure' ? null : reason,
        data: {
          ...commitSubject(project.web_url, run.sha),
          branch: run.ref,
          stage: run.build_stage,
          error_reason: isInfrastructure ? reason : null,
          ci_name: 'GitLab CI',
        },
        occurred: occurredAt(run.build_finished_at, run.build_started_at),
      },
    ],
  };
}

function projectOf({ project, repository }: z.output<typeof job>) {
  if (project) return project;
  if (!repository) throw wrong(['project'], 'is missing, and so is repository.homepage');
  const { homepage } = repository;
  return { web_url: homepage, path_with_namespace: new URL(homepage).pathname.replace(/^\/+|\/+$/g, '') };
}

function outcomeOf(status: string, path: readonly string[]): string {
  const outcome = Object.hasOwn(outcomes, status) ? outcomes[status] : undefined;
  if (outcome) return outcome;
  throw wrong(path, `is '${status.slice(0, 40)}', not one of ${Object.keys(outcomes).join(', ')}`);
}
