import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { cascadeIdOf } from '../naming';

interface Options {
  readonly why: string;
}

export const buildAdopt: Leaf<Options> = {
  usage: 'adopt <build> <cascade>',
  about: 'Takes a build made by hand into a cascade although its inputs do not prove that it belongs there.',
  options: (command) => command.option('--why <text>', 'kept in the journal', ''),
  examples: ['build adopt hand-7f3c latest --why "the old library is compatible"'],
  run: async (context, args, options) => {
    const cascade = await cascadeIdOf(context, args.text(1));
    const reply = await context.client.call(doors.scheduler.buildAdopt, {
      build: args.text(0),
      cascade,
      why: options.why,
    });
    context.show(reply, () => reply.text);
  },
};
