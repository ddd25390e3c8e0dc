import type { Mapped, Webhook, WebhookAdapter } from '../adapter';
import { commitSubject } from '../subjects';
import { occurredAt } from '../times';
import { wrong } from '../wrong';
import { checkRun, workflowRun } from './schema';

/** GitHub: runs of workflows, and check runs of Actions and of other apps. */
export const githubActions: WebhookAdapter = {
  name: 'github-actions',
  proof: { kind: 'signature', headers: ['x-hub-signature-256'] },
  map: (hook) => {
    const event = hook.headers['x-github-event'];
    if (event === 'workflow_run') return ofWorkflowRun(hook);
    if (event === 'check_run') return ofCheckRun(hook);
    return { ignored: `events of the kind '${event ?? 'none'}' are of no interest; workflow_run and check_run are` };
  },
};

const conclusions: Readonly<Record<string, string>> = {
  success: 'PASSED',
  neutral: 'INFO',
  failure: 'FAILED',
  action_required: 'NEEDS_INSPECTION',
  cancelled: 'ERROR',
  timed_out: 'ERROR',
  startup_failure: 'ERROR',
  stale: 'ERROR',
  skipped: 'NOT_APPLICABLE',
};

function ofWorkflowRun({ body }: Webhook): Mapped {
  const { workflow_run: run, repository } = workflowRun.parse(body);
  const outcome = outcomeOf(run, 'workflow_run');
  return {
    found: [
      {
        key: `workflow_run/${run.id}/${run.run_attempt}/${stateOf(outcome)}`,
        testcase: `github.${repository.full_name}.${run.name ?? 'workflow'}`,
        outcome,
        url: run.html_url,
        run: run.html_url,
        data: {
          ...commitSubject(repository.html_url, run.head_sha),
          branch: run.head_branch,
          ci_name: 'GitHub Actions',
        },
        occurred: occurredAt(run.updated_at, run.run_started_at),
      },
    ],
  };
}

function ofCheckRun({ body }: Webhook): Mapped {
  const { action, check_run: run, repository } = checkRun.parse(body);
  if (action === 'requested_action' || action === 'rerequested') return { ignored: `'${action}' is a wish, no result` };
  const outcome = outcomeOf(run, 'check_run');
  return {
    found: [
      {
        key: `check_run/${run.id}/${stateOf(outcome)}`,
        testcase: `github.${repository.full_name}.${run.name}`,
        outcome,
        url: run.html_url ?? run.details_url,
        run: run.details_url ?? run.html_url,
        note: run.output?.title ?? run.output?.summary,
        data: { ...commitSubject(repository.html_url, run.head_sha), ci_name: run.app?.slug ?? 'GitHub' },
        occurred: occurredAt(run.completed_at, run.started_at),
      },
    ],
  };
}

function stateOf(outcome: string): string {
  return outcome === 'QUEUED' || outcome === 'RUNNING' ? outcome.toLowerCase() : 'complete';
}

function outcomeOf(
  {
    status,
    conclusion,
  }: { readonly status?: string | null | undefined; readonly conclusion?: string | null | undefined },
  member: string,
): string {
  if (!conclusion) {
    if (status === 'in_progress') return 'RUNNING';
    if (['queued', 'requested', 'waiting', 'pending'].includes(status ?? '')) return 'QUEUED';
    throw wrong([member, 'status'], `is '${status ?? ''}', without a conclusion`);
  }
  const outcome = Object.hasOwn(conclusions, conclusion) ? conclusions[conclusion] : undefined;
  if (outcome) return outcome;
  throw wrong(
    [member, 'conclusion'],
    `is '${conclusion.slice(0, 40)}', not one of ${Object.keys(conclusions).join(', ')}`,
  );
}
