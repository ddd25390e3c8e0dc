import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';
import { table } from '../table';
import { when } from '../words';

export const releaseHistory: Leaf<object> = {
  usage: 'history [release]',
  about: 'Lists the revisions of a release definition, newest first.',
  examples: ['release history', 'release history minidistro --json'],
  run: async (context, args) => {
    const name = await releaseOf(context, args.optional(0));
    const { revisions } = await context.client.call(doors.scheduler.releaseHistory, { name });
    context.show(revisions, () =>
      table(
        ['REVISION', 'AT', 'BY', 'DIGEST'],
        revisions.map((r) => [String(r.revision), when(r.at), r.by, r.digest.slice(0, 19)]),
        'no revisions',
      ),
    );
  },
};
