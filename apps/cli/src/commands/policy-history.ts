import { readFileSync } from 'node:fs';
import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { readPolicySource } from '../policy-source';
import { table } from '../table';
import { counted, when } from '../words';
import { lineOf, notRight } from './policy-lint';

interface Options {
  readonly days: string;
  readonly release?: string;
  readonly context?: string;
}

export const policyHistory: Leaf<Options> = {
  usage: 'history <file>',
  about:
    'Which builds of the last days would this policy file have blocked? Those that a gate was asked about, and those that ' +
    'results came of without anybody asking. Nothing is changed.',
  options: (command) =>
    command
      .option('--days <n>', 'how far back', '30')
      .option('--release <release>', 'builds of this release alone')
      .option('--context <context>', 'builds that were asked about at this gating point, whatever the policy says'),
  examples: ['policy history stricter.yaml', 'policy history stricter.yaml --days 7 --release minidistro --json'],
  run: async (context, args, { days, release, context: point }) => {
    const file = args.text(0);
    const { problems } = readPolicySource([file]);
    if (problems.length > 0) {
      context.note(problems.map(lineOf).join('\n'));
      throw notRight(problems.length);
    }
    const reply = await context.client.call(doors['ci-bridge'].policyHistory, {
      policy: readFileSync(file, 'utf8'),
      days,
      ...(release === undefined ? {} : { release }),
      ...(point === undefined ? {} : { context: point }),
    });
    context.show(reply, () =>
      [
        table(
          ['SUBJECT', 'WAS', 'WOULD BE', 'AT'],
          reply.blocked.map((one) => [one.subject, one.was, one.summary, when(one.at)]),
          'none would have been blocked',
        ),
        `${counted(reply.blocked.length, 'build', 'builds')} of ${reply.looked_at} would have been blocked; ${reply.untouched} it does not speak about`,
      ].join('\n'),
    );
  },
};
