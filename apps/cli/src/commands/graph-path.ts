import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { componentOf, releaseOf } from '../naming';
import { neighbourTable } from './graph-dependants';

interface Options {
  readonly release?: string;
}

export const graphPath: Leaf<Options> = {
  usage: 'path <from> <to>',
  about: 'Shows a shortest chain of dependencies from one component to another.',
  options: (command) => command.option('--release <name>', 'the release; not needed when there is only one'),
  examples: ['graph path rpm/millhouse rpm/libstone'],
  run: async (context, args, options) => {
    const [from, to] = [componentOf(args.text(0)), componentOf(args.text(1))];
    const release = await releaseOf(context, options.release);
    const { path } = await context.client.call(doors.resolver.path, { release, from, to });
    context.show(path, () => (path.length === 0 ? `${from} does not depend on ${to}` : neighbourTable(path)));
  },
};
