import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { cascadeIdOf, componentOf } from '../naming';

interface Options {
  readonly why: string;
}

const { cascadeCancel: cancel, cascadeRetry: retry, cascadeSkip: skip } = doors.scheduler;
type Act = typeof cancel | typeof retry | typeof skip;

export const cascadeCancel = act('cancel', cancel, 'Gives up a cascade, or one rebuild of it.');
export const cascadeRetry = act('retry', retry, 'Builds what failed once more, from the newest commit.');
export const cascadeSkip = act('skip', skip, 'Goes on without rebuilding a component.');

/** The three commands about a cascade, or one rebuild of it, that differ only in what they ask for. */
function act(verb: string, door: Act, about: string): Leaf<Options> {
  return {
    usage: verb === 'skip' ? 'skip <cascade> <component>' : `${verb} <cascade> [component]`,
    about,
    options: (command) => command.option('--why <text>', 'kept in the journal', ''),
    examples: [`cascade ${verb} c-1 rpm/libflour --why "…"`, ...(verb === 'skip' ? [] : [`cascade ${verb} latest`])],
    run: async (context, args, options) => {
      const component = args.optional(1);
      const reply = await context.client.call(door, {
        cascade: await cascadeIdOf(context, args.text(0)),
        ...(component === undefined ? {} : { component: componentOf(component) }),
        why: options.why,
      });
      context.show(reply, () => reply.text);
    },
  };
}
