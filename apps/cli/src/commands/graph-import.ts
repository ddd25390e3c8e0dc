import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';

export const graphImport: Leaf<object> = {
  usage: 'import [release]',
  about: "Imports a release's graph again from its sources. Unchanged sources make no new snapshot.",
  examples: ['graph import', 'graph import minidistro'],
  run: async (context, args) => {
    const release = await releaseOf(context, args.optional(0));
    const reply = await context.client.call(doors.resolver.graphImport, { release });
    context.show(reply, () => reply.text);
  },
};
