import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { componentOf, releaseOf } from '../naming';

interface Options {
  readonly release?: string;
}

export const explain: Leaf<Options> = {
  usage: 'explain <component>',
  about: 'Says why a component was rebuilt, or why it was not: its newest change, rules, freezes and cascades.',
  options: (command) => command.option('--release <name>', 'the release; not needed when there is only one'),
  examples: ['explain rpm/libstone', 'explain libstone --release minidistro --json'],
  run: async (context, args, options) => {
    const component = componentOf(args.text(0));
    const release = await releaseOf(context, options.release);
    const found = await context.client.call(doors.scheduler.explainComponent, { release, component });
    context.show({ release, component, ...found }, () => found.lines.join('\n'));
  },
};
