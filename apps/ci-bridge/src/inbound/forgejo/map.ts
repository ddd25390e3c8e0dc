import type { Mapped, Webhook, WebhookAdapter } from '../adapter';
import { commitSubject } from '../subjects';
import { occurredAt } from '../times';
import { wrong } from '../wrong';
import { actionRun, status, workflowRun } from './schema';

/** Forgejo and Gitea: runs of their Actions, and commit statuses of any CI. */
export const forgejo: WebhookAdapter = {
  name: 'forgejo',
  proof: { kind: 'signature', headers: ['x-forgejo-signature', 'x-gitea-signature', 'x-hub-signature-256'] },
  map: (hook) => {
    const event = hook.headers['x-forgejo-event'] ?? hook.headers['x-gitea-event'] ?? '';
    if (event === 'workflow_run') return ofWorkflowRun(hook);
    if (event.startsWith('action_run_')) return ofActionRun(hook);
    if (event === 'status') return ofStatus(hook);
    return { ignored: `events of the kind '${event}' are of no interest; workflow_run, action_run_* and status are` };
  },
};

const outcomes: Readonly<Record<string, string>> = {
  queued: 'QUEUED',
  requested: 'QUEUED',
  waiting: 'QUEUED',
  blocked: 'QUEUED',
  pending: 'QUEUED',
  in_progress: 'RUNNING',
  running: 'RUNNING',
  success: 'PASSED',
  warning: 'NEEDS_INSPECTION',
  failure: 'FAILED',
  error: 'ERROR',
  cancelled: 'ERROR',
  skipped: 'NOT_APPLICABLE',
};

function outcomeOf(word: string | null | undefined, path: readonly string[]): string {
  const outcome = word && Object.hasOwn(outcomes, word) ? outcomes[word] : undefined;
  if (outcome) return outcome;
  throw wrong(path, `is '${(word ?? '').slice(0, 40)}', not one of ${Object.keys(outcomes).join(', ')}`);
}

function ofWorkflowRun({ body }: Webhook): Mapped {
  const { workflow_run: run, repository } = workflowRun.parse(body);
  const outcome = outcomeOf(run.conclusion || run.status, ['workflow_run', run.conclusion ? 'conclusion' : 'status']);
  const name = run.name ?? run.path?.split('@')[0] ?? 'workflow';
  return {
    found: [
      {
        key: `workflow_run/${repository.html_url}/${run.id}/${run.run_attempt ?? 1}/${outcome}`,
        testcase: `forgejo.${repository.full_name}.${name}`,
        outcome,
        url: run.html_url,
        run: run.html_url,
        data: { ...commitSubject(repository.html_url, run.head_sha), ci_name: 'Gitea Actions' },
        occurred: occurredAt(run.completed_at, run.started_at),
      },
    ],
  };
}

function ofActionRun({ body }: Webhook): Mapped {
  const { run } = actionRun.parse(body);
  const outcome = outcomeOf(run.status, ['run', 'status']);
  return {
    found: [
      {
        key: `action_run/${run.repository.html_url}/${run.id}/${run.stopped ?? run.status}`,
        testcase: `forgejo.${run.repository.full_name}.${run.workflow_id}`,
        outcome,
        url: run.html_url,
        run: run.html_url,
        note: run.title,
        data: { ...commitSubject(run.repository.html_url, run.commit_sha), ci_name: 'Forgejo Actions' },
        occurred: occurredAt(run.stopped, run.started),
      },
    ],
  };
}

function ofStatus({ body }: Webhook): Mapped {
  const message = status.parse(body);
  const { repository } = message;
  const outcome = outcomeOf(message.state, ['state']);
  return {
    found: [
      {
        key: `status/${repository.html_url}/${message.sha}/${message.context}/${message.updated_at ?? message.id ?? outcome}/${outcome}`,
        testcase: `forgejo.${repository.full_name}.${message.context}`,
        outcome,
        url: message.target_url,
        run: message.target_url,
        note: message.description,
        data: { ...commitSubject(repository.html_url, message.sha), ci_name: 'Forgejo' },
        occurred: occurredAt(message.updated_at, message.created_at),
      },
    ],
  };
}
