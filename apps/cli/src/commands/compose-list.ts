import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { paintState } from '../paint';
import { table } from '../table';
import { orDash, some, when } from '../words';

interface Options {
  readonly release?: string;
  readonly limit: string;
}

export const composeList: Leaf<Options> = {
  usage: 'list',
  about: 'Lists composes, newest first.',
  options: (command) =>
    command.option('--release <name>', 'of this release only').option('--limit <n>', 'at most', '20'),
  examples: ['compose list', 'compose list --release minidistro --json'],
  run: async (context, _, options) => {
    const { composes } = await context.client.call(doors.harvester.composes, {
      release: options.release,
      limit: options.limit,
    });
    context.show(composes, () =>
      table(
        ['COMPOSE', 'STATE', 'PACKAGES', 'IMAGES', 'MISSING', 'AT', 'PATH, OR PROBLEM'],
        composes.map((c) => [
          c.compose,
          paintState(context.paint, c.state),
          String(c.packages),
          String(c.images),
          some(c.missing, 2),
          when(c.at),
          orDash(c.problem ?? c.path),
        ]),
        'no composes',
      ),
    );
  },
};
