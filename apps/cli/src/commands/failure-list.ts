import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { componentOf } from '../naming';
import { table } from '../table';
import { orDash, when } from '../words';

interface Options {
  readonly release?: string;
  readonly component?: string;
  readonly limit: string;
}

export const failureList: Leaf<Options> = {
  usage: 'list',
  about: 'Lists what failed by its source and inputs: it is not built again until one of them changes, or by a retry.',
  options: (command) =>
    command
      .option('--release <name>', 'of this release only')
      .option('--component <id>', 'of this component only')
      .option('--limit <n>', 'at most', '20'),
  examples: ['failure list', 'failure list --component rpm/libbread --json'],
  run: async (context, _, options) => {
    const { failures } = await context.client.call(doors.scheduler.failures, {
      release: options.release,
      limit: options.limit,
      ...(options.component === undefined ? {} : { component: componentOf(options.component) }),
    });
    context.show(failures, () =>
      table(
        ['AT', 'COMPONENT', 'COMMIT', 'CLASS', 'REGRESSION', 'TIMES', 'CASCADE', 'WHAT'],
        failures.map((f) => [
          ...[when(f.at), f.component, orDash(f.commit?.slice(0, 8)), f.class, f.regression, String(f.times)],
          ...[f.cascade, f.summary.slice(0, 100)],
        ]),
        'nothing is known to fail',
      ),
    );
  },
};
