import type { Asked, Mapped, Webhook, WebhookAdapter } from '../adapter';
import { needSubject, subjectIn, type Subject } from '../subjects';
import { occurredAt } from '../times';
import { wrong } from '../wrong';
import { testingFarmRequest, type TestingFarmRequest } from './schema';

/** Testing Farm: a request whenever its state changes. */
export const testingFarm: WebhookAdapter = {
  name: 'testing-farm',
  proof: { kind: 'token', headers: ['x-testing-farm-token'] },
  map: ({ body, asked }: Webhook): Mapped => {
    const request = testingFarmRequest.parse(body);
    const [environment] = request.environments_requested ?? [];
    const outcome = outcomeOf(request);
    const reason = request.result?.summary ?? null;
    return {
      found: [
        {
          key: `${request.id}/${request.state}`,
          testcase: asked.testcase ?? `testing-farm.${testName(request)}`,
          outcome,
          url: request.run?.artifacts ?? `https://api.testing-farm.io/v0.1/requests/${request.id}`,
          run: `testing-farm:${request.id}`,
          note: reason,
          data: {
            ...subjectOf(request, asked),
            system_architecture: environment?.arch,
            system_os: environment?.os?.compose,
            error_reason: outcome === 'ERROR' ? (reason ?? request.state) : null,
            ci_name: 'Testing Farm',
          },
          occurred: occurredAt(request.updated, request.created),
        },
      ],
    };
  },
};

const overall: Readonly<Record<string, string>> = {
  passed: 'PASSED',
  failed: 'FAILED',
  error: 'ERROR',
  unknown: 'ERROR',
  skipped: 'NOT_APPLICABLE',
};
const states: Readonly<Record<string, string>> = {
  new: 'QUEUED',
  queued: 'QUEUED',
  running: 'RUNNING',
  error: 'ERROR',
  'cancel-requested': 'RUNNING',
  canceled: 'ERROR',
};

function outcomeOf({ state, result }: TestingFarmRequest): string {
  const [words, word, path] =
    state === 'complete' ? [overall, result?.overall ?? '', ['result', 'overall']] : [states, state, ['state']];
  const outcome = Object.hasOwn(words, word) ? words[word] : undefined;
  if (outcome) return outcome;
  throw wrong(path, `is '${word.slice(0, 40)}', not one of ${[...Object.keys(words)].join(', ')}`);
}

function testName({ test }: TestingFarmRequest): string {
  const repository =
    test?.fmf?.url
      ?.replace(/\.git$/, '')
      .split('/')
      .slice(-2)
      .join('/') ?? 'tests';
  return `${repository}${test?.fmf?.name ? `.${test.fmf.name}` : ''}`;
}

/** What the address or a variable names, else the first artifact that was installed. */
function subjectOf(request: TestingFarmRequest, asked: Asked): Subject {
  const [environment] = request.environments_requested ?? [];
  const named = subjectIn(asked, environment?.variables);
  const artifact = environment?.artifacts?.[0];
  const fmf = request.test?.fmf;
  const installed = artifact ? { item: artifact.id, type: artifact.type } : null;
  const commit = fmf?.url && fmf.ref ? { item: `${fmf.url}#${fmf.ref}`, type: 'git-commit' } : null;
  return needSubject(named ?? installed ?? commit, 'environments_requested');
}
