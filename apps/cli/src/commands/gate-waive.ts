import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';

interface Options {
  readonly comment: string;
}

export const gateWaive: Leaf<Options> = {
  usage: 'waive <subject> <test>',
  about: 'Waives a test for an NVR: the gate goes on as if it had passed, and the waiver stays visible with your name.',
  options: (command) => command.requiredOption('--comment <text>', 'why'),
  examples: ['gate waive quern-1.0-1.mr2 millrace.run.functional --comment "known flaky"'],
  run: async (context, args, { comment }) => {
    const subject = args.text(0);
    const reply = await context.client.call(doors['ci-bridge'].gateWaive, { subject, test: args.text(1), comment });
    context.show(reply, () => `waiver ${reply.waiver} is recorded; the gate says ${reply.decision} for ${subject}`);
  },
};
