import { doors } from '@millrace/contracts';
import type { Command } from 'commander';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';
import { pagesOf } from '../pages';
import { table } from '../table';
import { counted, some } from '../words';
import { graphOptions, pageOptions, type GraphOptions, type PageOptions } from './graph-options';

type Paged = GraphOptions & PageOptions;

function pagedOptions(command: Command): Command {
  return pageOptions(graphOptions(command));
}

export const graphOrder: Leaf<Paged> = {
  usage: 'order',
  about: 'Shows a build order from zero, which needs are cut to open knots, and who is built twice.',
  options: pagedOptions,
  examples: ['graph order --release bookworm --limit 50'],
  run: async (context, _args, { snapshot, limit, offset, release: named }) => {
    const release = await releaseOf(context, named);
    const order = await pagesOf(
      { limit, offset },
      (page) => context.client.call(doors.resolver.order, { release, snapshot, ...page }),
      (reply) => [reply.steps, reply.cut, reply.twice],
    );
    context.show(order, () =>
      [
        table(
          ['TIER', 'COMPONENT', 'NEEDS', 'BECAUSE'],
          order.steps.map((one) => [
            String(one.tier),
            one.bootstrap ? `${one.component} (bootstrap)` : one.component,
            some(one.needs),
            one.because,
          ]),
          'nothing',
        ),
        '',
        `${counted(order.total, 'step')} in ${counted(order.tiers, 'tier')}; ${order.cuts} needs are cut, ` +
          `${order.twices} are built twice`,
      ].join('\n'),
    );
  },
};

export const graphTiers: Leaf<Paged> = {
  usage: 'tiers',
  about: 'Counts the components of each tier of a whole release, knots collapsed.',
  options: pagedOptions,
  examples: ['graph tiers --release bookworm'],
  run: async (context, _args, { snapshot, limit, offset, release: named }) => {
    const release = await releaseOf(context, named);
    const reply = await pagesOf(
      { limit, offset },
      (page) => context.client.call(doors.resolver.tiers, { release, snapshot, ...page }),
      (one) => [one.knots],
    );
    const rows = reply.tiers.map((one) => [String(one.tier), String(one.components)]);
    context.show(reply, () => `${table(['TIER', 'COMPONENTS'], rows, 'none')}\n${counted(reply.total, 'knot')}`);
  },
};

export const graphUnresolved: Leaf<Paged> = {
  usage: 'unresolved',
  about: 'Lists requirements that nothing satisfies, with hints.',
  options: pagedOptions,
  examples: ['graph unresolved --release bookworm'],
  run: async (context, _args, { snapshot, limit, offset, release: named }) => {
    const release = await releaseOf(context, named);
    const reply = await pagesOf(
      { limit, offset },
      (page) => context.client.call(doors.resolver.unresolved, { release, snapshot, ...page }),
      (one) => [one.unresolved],
    );
    const rows = reply.unresolved.map((one) => [one.component, one.kind, one.requirement, one.hint]);
    context.show(
      reply,
      () => `${table(['COMPONENT', 'KIND', 'REQUIREMENT', 'HINT'], rows, 'all is resolved')}\n${reply.total} in all`,
    );
  },
};

export const graphSearch: Leaf<Paged> = {
  usage: 'search <text>',
  about: 'Looks for components, packages and capabilities; `*` and `?` make a pattern.',
  options: pagedOptions,
  examples: ['graph search libssl', "graph search 'perlapi-*' --release bookworm"],
  run: async (context, args, { snapshot, limit, offset, release: named }) => {
    const release = await releaseOf(context, named);
    const text = args.text(0);
    const reply = await pagesOf(
      { limit, offset },
      (page) => context.client.call(doors.resolver.search, { release, snapshot, text, ...page }),
      (one) => [one.found],
    );
    const rows = reply.found.map((one) => [one.what, one.name, some(one.arches ?? []), some(one.by)]);
    context.show(reply, () => table(['WHAT', 'NAME', 'FOR', 'OF'], rows, 'nothing'));
  },
};

export const graphStats: Leaf<GraphOptions> = {
  usage: 'stats',
  about: "Counts what a release's graph holds.",
  options: graphOptions,
  examples: ['graph stats --release bookworm'],
  run: async (context, _args, { snapshot, release: named }) => {
    const release = await releaseOf(context, named);
    const reply = await context.client.call(doors.resolver.stats, { release, snapshot });
    const rows = Object.entries(reply.counts).map(([what, count]) => [what.replaceAll('_', ' '), String(count)]);
    context.show(reply, () => table(['WHAT', 'COUNT'], rows, 'nothing'));
  },
};
