import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';

interface Options {
  readonly release: string;
  readonly context: string;
}

export const gateGroup: Leaf<Options> = {
  usage: 'group <builds...>',
  about: 'Gates several builds as one subject; its id follows from what it contains, so that CI can report by it.',
  options: (command) =>
    command
      .requiredOption('--release <release>', 'whose gates hold')
      .option('--context <context>', 'the gating point', 'millrace_rebuild'),
  examples: ['gate group libmill-1.0-1.mr2 quern-1.0-1.mr2 --release minidistro'],
  run: async (context, args, { release, context: point }) => {
    const wish = { release, builds: [...args.list(0)], context: point };
    const reply = await context.client.call(doors['ci-bridge'].gateGroup, wish);
    context.show(reply, () => `${reply.subject}: the gate says ${reply.decision} (${reply.state})`);
  },
};
