import { doors, type DoorReply } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import type { Leaf } from '../leaf';
import { table } from '../table';
import { reachedBy, type ReachOptions } from './cascade-reach';

interface Options extends ReachOptions {
  readonly comment: string;
  readonly expires?: string;
}

type Verdict = DoorReply<(typeof doors)['ci-bridge']['gates']>['verdicts'][number];

/** States of a test that keep a gate shut. */
const open: readonly string[] = ['failed', 'errored', 'overdue', 'waiting', 'running'];

export const cascadeWaive: Leaf<Options> = {
  usage: 'waive [cascade] [component]',
  about:
    'Waives what keeps the gates of rebuilds shut, one waiver for each open reason: of a component, a tier, a cascade, or ' +
    'in all running cascades of a release. The waivers stay visible with your name.',
  options: (command) =>
    command
      .requiredOption('--comment <text>', 'why')
      .option('--tier <n>', 'of this tier of the cascade')
      .option('--release <name>', 'of all running cascades of the release, instead of a cascade')
      .option('--component <id>', 'with --release: only of this component')
      .option('--expires <when>', 'until when: a time, or a duration such as 7d'),
  examples: [
    'cascade waive c-1 rpm/quern --comment "known flaky"',
    'cascade waive latest --tier 2 --comment "the test machine is broken" --expires 2d',
  ],
  run: async (context, args, { comment, expires, ...reach }) => {
    const rejected = await reachedBy(context, args.optional(0), args.optional(1), reach, ['rejected', 'gating']);
    const until = expires === undefined ? {} : { expires };
    const waived = [];
    for (const { rebuild } of rejected) {
      if (rebuild.nvr === null) continue;
      const { verdicts } = await context.client.call(doors['ci-bridge'].gates, { subject: rebuild.nvr, limit: 1 });
      for (const test of openTests(verdicts[0], rebuild.state)) {
        const about = { subject: rebuild.nvr, test, comment, ...until };
        const { waiver, decision } = await context.client.call(doors['ci-bridge'].gateWaive, about);
        waived.push({ component: rebuild.component, subject: rebuild.nvr, test, waiver, decision });
      }
    }
    if (waived.length === 0) throw nothingOpen();
    const rows = waived.map((one) => [one.component, one.subject, one.test, String(one.waiver), one.decision]);
    context.show({ waived }, () => table(['COMPONENT', 'SUBJECT', 'TEST', 'WAIVER', 'GATE SAYS'], rows, ''));
  },
};

/** Tests that keep the gate shut; while it is undecided those alone that said no, or did not report in time. */
export function openTests(verdict: Pick<Verdict, 'reasons'> | undefined, state: string): readonly string[] {
  const states = state === 'rejected' ? open : open.slice(0, 3);
  const tests = (verdict?.reasons ?? []).filter((one) => states.includes(one.state)).map((one) => one.test);
  return [...new Set(tests)];
}

function nothingOpen(): AppError {
  const message = 'no gate there is kept shut by a test';
  return new AppError({ code: 'nothing-open', kind: 'conflict', message, remedy: 'look at `millrace gate show`' });
}
