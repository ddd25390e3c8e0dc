import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';
import { table } from '../table';
import { counted, some } from '../words';
import { setOf, type SetOptions } from './cascade-plan';

export const graphImpact: Leaf<SetOptions> = {
  usage: 'impact [components...]',
  about:
    'Asks the resolver how components would be rebuilt, and what a change of them would likely, and at most, pull in.',
  options: (command) =>
    command
      .option('--release <name>', 'the release; not needed when there is only one')
      .option('--all', 'every component of the release'),
  examples: ['graph impact rpm/libstone', 'graph impact --all'],
  run: async (context, args, options) => {
    const { components, all } = setOf(args.list(0), options);
    const release = await releaseOf(context, options.release);
    const members = all ? ('all' as const) : components;
    const impact = await context.client.call(doors.resolver.impact, { release, members, preview: true });
    context.show(impact, () =>
      [
        table(
          ['TIER', 'COMPONENT', 'PASS', 'NEEDS', 'BECAUSE'],
          impact.rebuilds.map((r) => [
            String(r.tier),
            r.component,
            r.bootstrap ? `${r.pass} (bootstrap)` : String(r.pass),
            some(r.needs.map((need) => need.component)),
            r.because,
          ]),
          'nothing',
        ),
        '',
        `${counted(impact.rebuilds.length, 'rebuild')} in ${counted(impact.tiers, 'tier')}, on snapshot ${impact.snapshot}`,
        `likely to follow: ${impact.likely.length}: ${some(impact.likely, 20)}`,
        `at most: ${impact.atMost.length}: ${some(impact.atMost, 20)}`,
        ...impact.unknown.map((u) => context.paint('yellow', `${u.component} is unknown: ${u.hint}`)),
      ].join('\n'),
    );
  },
};
