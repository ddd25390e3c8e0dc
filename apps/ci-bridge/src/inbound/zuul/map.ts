import type { Asked, Found, Mapped, Webhook, WebhookAdapter } from '../adapter';
import { subjectIn, type Subject } from '../subjects';
import { occurredAt } from '../times';
import { wrong } from '../wrong';
import { zuulMessage, type ZuulMessage } from './schema';

type Build = ZuulMessage['buildset']['builds'][number];

/** Zuul: what its MQTT reporter says about a buildset, each build a result. */
export const zuul: WebhookAdapter = {
  name: 'zuul',
  proof: { kind: 'token', headers: ['x-zuul-token'] },
  map: ({ body, asked }: Webhook): Mapped => {
    const message = zuulMessage.parse(body);
    if (message.buildset.builds.length === 0) return { ignored: 'the buildset has no builds yet' };
    return { found: message.buildset.builds.map((build, n) => foundOf(message, build, n, asked)) };
  },
};

const outcomes: Readonly<Record<string, string>> = {
  SUCCESS: 'PASSED',
  FAILURE: 'FAILED',
  TIMED_OUT: 'ERROR',
  POST_FAILURE: 'ERROR',
  RETRY: 'ERROR',
  RETRY_LIMIT: 'ERROR',
  NODE_FAILURE: 'ERROR',
  DISK_FULL: 'ERROR',
  CONFIG_ERROR: 'ERROR',
  MERGE_CONFLICT: 'ERROR',
  MERGE_FAILURE: 'ERROR',
  ERROR: 'ERROR',
  CANCELED: 'ERROR',
  ABORTED: 'ERROR',
  SKIPPED: 'NOT_APPLICABLE',
};

function foundOf(message: ZuulMessage, build: Build, n: number, asked: Asked): Found {
  const outcome = outcomeOf(build, n);
  return {
    key: `${message.buildset.uuid}/${build.uuid ?? build.job_name}/${outcome}`,
    testcase: asked.testcase ?? `zuul.${message.project}.${build.job_name}`,
    outcome,
    url: build.web_url ?? build.log_url,
    run: `zuul:${message.buildset.uuid}`,
    note: build.voting === false ? 'this job does not vote' : null,
    data: {
      ...subjectOf(message, asked),
      log: build.log_url,
      pipeline: message.pipeline,
      branch: message.branch,
      error_reason: outcome === 'ERROR' ? build.result : null,
      ci_name: 'Zuul',
    },
    occurred: occurredAt(build.end_time, build.start_time, message.timestamp),
  };
}

function outcomeOf({ result, start_time }: Build, n: number): string {
  if (!result) return start_time ? 'RUNNING' : 'QUEUED';
  const outcome = Object.hasOwn(outcomes, result) ? outcomes[result] : undefined;
  if (outcome) return outcome;
  throw wrong(
    ['buildset', 'builds', n, 'result'],
    `is '${result.slice(0, 40)}', not one of ${Object.keys(outcomes).join(', ')}`,
  );
}

/** A change with its patch set, else the commit that a reference now has. */
function subjectOf(message: ZuulMessage, asked: Asked): Subject {
  const named = subjectIn(asked, null);
  if (named) return named;
  const { project, change, patchset } = message;
  const commit = message.newrev ?? message.commit_id;
  if (change !== null && change !== undefined)
    return { item: `${project}#${change}${patchset ? `,${patchset}` : ''}`, type: 'change' };
  if (commit) return { item: `${project}#${commit}`, type: 'git-commit' };
  if (message.ref) return { item: `${project}#${message.ref}`, type: 'git-ref' };
  throw wrong(['change'], 'is missing, and so are newrev and ref: nothing says what was tested');
}
