import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';
import { pagesOf } from '../pages';
import { graphOptions, pageOptions, type GraphOptions, type PageOptions } from './graph-options';

export const graphKnots: Leaf<GraphOptions & PageOptions> = {
  usage: 'knots [release]',
  about: 'Lists dependency cycles among the components of a release.',
  options: (command) => pageOptions(graphOptions(command)),
  examples: ['graph knots', 'graph knots minidistro', 'graph knots --release bookworm --json'],
  run: async (context, args, { release: named, snapshot, limit, offset }) => {
    const release = await releaseOf(context, named ?? args.optional(0));
    const reply = await pagesOf(
      { limit, offset },
      (page) => context.client.call(doors.resolver.knots, { release, snapshot, ...page }),
      (one) => [one.knots],
    );
    // With a snapshot's name for programs; for people the knots alone.
    context.show(reply, () =>
      reply.knots.length === 0 ? 'no knots' : reply.knots.map((knot) => knot.join(' <-> ')).join('\n'),
    );
  },
};
