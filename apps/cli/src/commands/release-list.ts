import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { table } from '../table';
import { when } from '../words';

export const releaseList: Leaf<object> = {
  usage: 'list',
  about: 'Lists the releases.',
  examples: ['release list', 'release list --json'],
  run: async (context) => {
    const { releases } = await context.client.call(doors.scheduler.releases, {});
    context.show(releases, () =>
      table(
        ['RELEASE', 'TITLE', 'MODE', 'REVISION', 'AT', 'BY'],
        releases.map((r) => [r.name, r.definition.title, r.definition.mode, String(r.revision), when(r.at), r.by]),
        'no releases; apply one: millrace release apply FILE',
      ),
    );
  },
};
