import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';

interface Options {
  readonly why: string;
}

export const composeMake: Leaf<Options> = {
  usage: 'make [release]',
  about: 'Makes a compose of a release from its newest validated builds. What is missing is scheduled and waited for.',
  options: (command) => command.option('--why <text>', 'kept in the journal', ''),
  examples: ['compose make', 'compose make minidistro --why "weekly"'],
  run: async (context, args, { why }) => {
    const release = await releaseOf(context, args.optional(0));
    const reply = await context.client.call(doors.harvester.composeMake, { release, why });
    context.show(reply, () => `compose ${reply.compose}: ${reply.text}`);
  },
};
