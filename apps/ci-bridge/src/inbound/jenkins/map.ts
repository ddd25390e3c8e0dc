import type { Asked, Found, Mapped, Webhook, WebhookAdapter } from '../adapter';
import { commitSubject, needSubject, subjectIn, type Subject } from '../subjects';
import { occurredAt } from '../times';
import { wrong } from '../wrong';
import { generic, notification, type Generic, type Notification } from './schema';

/** Jenkins: its notification plugin, and what a pipeline posts by itself. */
export const jenkins: WebhookAdapter = {
  name: 'jenkins',
  proof: { kind: 'token', headers: ['x-jenkins-token'] },
  map: (hook) => (isNotification(hook) ? ofNotification(hook) : ofGeneric(hook)),
};

function isNotification({ body }: Webhook): boolean {
  return typeof body === 'object' && body !== null && 'build' in body;
}

const outcomes: Readonly<Record<string, string>> = {
  SUCCESS: 'PASSED',
  UNSTABLE: 'NEEDS_INSPECTION',
  FAILURE: 'FAILED',
  ABORTED: 'ERROR',
  NOT_BUILT: 'ERROR',
};

function ofNotification({ body, asked }: Webhook): Mapped {
  const message = notification.parse(body);
  const { build } = message;
  const subject = needSubject(
    subjectIn(asked, build.parameters) ?? ofCommit(build.scm?.url, build.scm?.commit),
    'build.parameters',
  );
  const url = build.full_url ?? build.url ?? null;
  // COMPLETED and FINALIZED say the same, and one of them is enough.
  const state = { QUEUED: 'queued', STARTED: 'running', COMPLETED: 'complete', FINALIZED: 'complete' }[build.phase];
  const outcome =
    { queued: 'QUEUED', running: 'RUNNING', complete: null }[state] ?? outcomeOf(build.status, ['build', 'status']);
  return {
    found: [
      {
        ...common(message.name, asked, subject, outcome, url),
        key: `${url ?? message.name}#${build.number}/${state}`,
        note: noteOf(message),
        occurred: occurredAt(build.timestamp),
      },
    ],
  };
}

function ofGeneric({ body, asked }: Webhook): Mapped {
  const message: Generic = generic.parse(body);
  const subject = needSubject(
    subjectIn(asked, message.parameters) ?? ofCommit(message.repository, message.commit),
    'parameters',
  );
  const outcome = outcomeOf(message.result, ['result']);
  return {
    found: [
      {
        ...common(message.job, asked, subject, outcome, message.url),
        key: `${message.url}#${message.number}/${outcome === 'QUEUED' || outcome === 'RUNNING' ? outcome : 'complete'}`,
        note: null,
        occurred: occurredAt(message.timestamp),
      },
    ],
  };
}

function common(job: string, asked: Asked, subject: Subject, outcome: string, url: string | null): Omit<Found, 'key'> {
  return {
    testcase: asked.testcase ?? `jenkins.${job.replace(/ /g, '_')}`,
    outcome,
    url,
    run: url,
    data: { ...subject, ci_name: 'Jenkins', job },
    occurred: null,
  };
}

function ofCommit(repository: string | null | undefined, commit: string | null | undefined): Subject | null {
  return repository && commit ? commitSubject(repository, commit) : null;
}

function outcomeOf(status: string | null | undefined, path: readonly string[]): string {
  const word = (status ?? '').toUpperCase();
  if (word === 'QUEUED' || word === 'RUNNING') return word;
  const found = Object.hasOwn(outcomes, word) ? outcomes[word] : undefined;
  if (found) return found;
  throw wrong(path, `is '${word.slice(0, 40)}', not one of ${Object.keys(outcomes).join(', ')}`);
}

function noteOf({ build: { test_summary: tests } }: Notification): string | null {
  return tests ? `${tests.failed} of ${tests.total} tests failed, ${tests.skipped} were skipped` : null;
}
