import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { componentOf } from '../naming';
import { paintState } from '../paint';
import { table } from '../table';
import { orDash, span, when } from '../words';

interface Options {
  readonly release?: string;
  readonly limit: string;
}

export const buildList: Leaf<Options> = {
  usage: 'list [component]',
  about: 'Lists builds, newest first: those of cascades, and those made by hand.',
  options: (command) =>
    command.option('--release <name>', 'of this release only').option('--limit <n>', 'at most', '50'),
  examples: ['build list', 'build list rpm/quern --limit 5'],
  run: async (context, args, options) => {
    const component = args.optional(0);
    const { builds } = await context.client.call(doors.scheduler.builds, {
      release: options.release,
      component: component === undefined ? undefined : componentOf(component),
      limit: options.limit,
    });
    context.show(builds, () =>
      table(
        ['BUILD', 'COMPONENT', 'NVR', 'STATE', 'ORIGIN', 'STANDING', 'TIME', 'STARTED', 'BECAUSE'],
        builds.map((b) => [
          b.build,
          b.component,
          orDash(b.nvr),
          paintState(context.paint, b.state),
          b.origin,
          b.standing,
          span(b.startedAt, b.endedAt, context.now()),
          when(b.startedAt),
          (b.evidence?.summary ?? b.because).slice(0, 80),
        ]),
        'no builds',
      ),
    );
  },
};
