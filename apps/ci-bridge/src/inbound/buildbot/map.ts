import type { Mapped, Webhook, WebhookAdapter } from '../adapter';
import { commitSubject, needSubject, subjectIn } from '../subjects';
import { occurredAt } from '../times';
import { wrong } from '../wrong';
import { buildbotBuild } from './schema';

/** Buildbot's HttpStatusPush. */
export const buildbot: WebhookAdapter = {
  name: 'buildbot',
  proof: { kind: 'token', headers: ['x-buildbot-token'] },
  map: ({ body, asked }: Webhook): Mapped => {
    const build = buildbotBuild.parse(body);
    const values = Object.fromEntries(Object.entries(build.properties ?? {}).map(([name, [value]]) => [name, value]));
    const stamp = build.buildset?.sourcestamps.find(({ repository, revision }) => repository && revision);
    const commit = stamp ? commitSubject(stamp.repository!, stamp.revision!) : null;
    const outcome = build.complete ? outcomeOf(build.results) : 'RUNNING';
    return {
      found: [
        {
          key: `${build.url ?? build.builder.name}/${build.buildid}/${build.complete ? 'complete' : 'running'}`,
          testcase: asked.testcase ?? `buildbot.${build.builder.name}`,
          outcome,
          url: build.url,
          run: build.url,
          note: build.state_string,
          data: {
            ...needSubject(subjectIn(asked, values) ?? commit, 'properties'),
            branch: stamp?.branch,
            error_reason: outcome === 'ERROR' ? build.state_string : null,
            ci_name: 'Buildbot',
          },
          occurred: occurredAt(build.complete_at, build.started_at),
        },
      ],
    };
  },
};

/** SUCCESS, WARNINGS, FAILURE, SKIPPED, EXCEPTION, RETRY, CANCELLED. */
const outcomes = ['PASSED', 'INFO', 'FAILED', 'NOT_APPLICABLE', 'ERROR', 'ERROR', 'ERROR'];

function outcomeOf(results: number | null | undefined): string {
  const outcome = outcomes[results ?? -1];
  if (outcome) return outcome;
  throw wrong(['results'], `is ${String(results)}, not a number from 0 to ${outcomes.length - 1}`);
}
