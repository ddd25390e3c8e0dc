import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';

interface Options {
  readonly comment: string;
  readonly scenario?: string;
  readonly scope?: 'build' | 'component' | 'cascade';
  readonly ticket?: string;
  readonly expires?: string;
  readonly withdraw?: boolean;
}

export const gateWaive: Leaf<Options> = {
  usage: 'waive <subject> <test>',
  about: 'Waives a test for an NVR: the gate goes on as if it had passed, and the waiver stays visible with your name.',
  options: (command) =>
    command
      .requiredOption('--comment <text>', 'why')
      .option('--expires <when>', 'until when: a time, or a duration such as 7d')
      .option('--scope <scope>', 'build; component: its next builds too, until one passes; cascade: all of its builds')
      .option('--ticket <ticket>', "a ticket's address or number")
      .option('--scenario <scenario>', 'one scenario alone')
      .option('--withdraw', 'takes the waiver back'),
  examples: [
    'gate waive quern-1.0-1.mr2 millrace.run.functional --comment "known flaky"',
    'gate waive quern-1.0-1.mr2 millrace.run.functional --comment "upstream bug" --scope component --expires 14d',
  ],
  run: async (context, args, { comment, scenario, scope, ticket, expires, withdraw }) => {
    const subject = args.text(0);
    const reply = await context.client.call(doors['ci-bridge'].gateWaive, {
      ...{ subject, test: args.text(1), comment },
      ...{ scenario, scope, ticket, expires, withdraw },
    });
    const note = reply.note ? `\nit does not help yet: ${reply.note}` : '';
    context.show(
      reply,
      () => `waiver ${reply.waiver} is recorded; the gate says ${reply.decision} for ${subject}${note}`,
    );
  },
};
