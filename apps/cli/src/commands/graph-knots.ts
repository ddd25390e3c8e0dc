import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';

export const graphKnots: Leaf<object> = {
  usage: 'knots [release]',
  about: 'Lists dependency cycles among the components of a release.',
  examples: ['graph knots', 'graph knots minidistro'],
  run: async (context, args) => {
    const release = await releaseOf(context, args.optional(0));
    const { knots } = await context.client.call(doors.resolver.knots, { release });
    context.show(knots, () => (knots.length === 0 ? 'no knots' : knots.map((knot) => knot.join(' <-> ')).join('\n')));
  },
};
