import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { componentOf, releaseOf } from '../naming';
import { table } from '../table';
import { graphOptions, type GraphOptions } from './graph-options';

interface Options extends GraphOptions {
  readonly most: string;
  readonly limit?: string;
  readonly offset: string;
}

export const graphPath: Leaf<Options> = {
  usage: 'path <from> <to>',
  about:
    'Shows why one component depends on another: the shortest chain, or several, with the capability on each edge.',
  options: (command) =>
    graphOptions(command)
      .option('--most <n>', 'how many chains, at most 100', '1')
      .option('--limit <n>', 'the same as --most')
      .option('--offset <n>', 'how many shorter ones are left out', '0'),
  examples: ['graph path rpm/millhouse rpm/libstone', 'graph path deb/git deb/openssl --release bookworm --most 5'],
  run: async (context, args, options) => {
    const [from, to] = [componentOf(args.text(0)), componentOf(args.text(1))];
    const release = await releaseOf(context, options.release);
    const { snapshot, offset, limit: most = options.most } = options;
    const reply = await context.client.call(doors.resolver.paths, { release, snapshot, from, to, most, offset });
    context.show(reply, () =>
      reply.paths.length === 0
        ? `${from} does not depend on ${to}`
        : reply.paths
            .map((path) =>
              table(
                ['DISTANCE', 'COMPONENT', 'KIND', 'BY'],
                path.map((edge, n) => [String(n + 1), edge.component, edge.kind, edge.via]),
                '',
              ),
            )
            .join('\n\n'),
    );
  },
};
