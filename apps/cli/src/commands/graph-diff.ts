import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';
import { pagesOf } from '../pages';
import { some } from '../words';
import { graphOptions, pageOptions, type GraphOptions, type PageOptions } from './graph-options';

/** Lines of what breaks that people are shown. */
const mostBroken = 50;

export const graphDiff: Leaf<GraphOptions & PageOptions> = {
  usage: 'diff <from> [to]',
  about: 'Compares two snapshots: components, edges, capabilities, and what nothing satisfies any more.',
  options: (command) => pageOptions(graphOptions(command)),
  examples: ['graph diff bookworm-i1 bookworm-i2 --release bookworm', 'graph diff before-perl --release bookworm'],
  run: async (context, args, options) => {
    const release = await releaseOf(context, options.release);
    const { limit, offset } = options;
    const [from, to] = [args.text(0), args.optional(1) ?? options.snapshot];
    const reply = await pagesOf(
      { limit, offset },
      (page) => context.client.call(doors.resolver.diff, { release, from, to, ...page }),
      ({ components, capabilities, changed, broken, versions = [], edge_changes: edges }) => [
        ...[components.added, components.removed, capabilities.added, capabilities.removed],
        ...[changed, broken, versions, ...(edges ? [edges.added, edges.removed] : [])],
      ],
    );
    const { totals } = reply;
    context.show(reply, () =>
      [
        `from ${reply.from} to ${reply.to}`,
        `components: ${totals.added} added (${some(reply.components.added, 10)}), ` +
          `${totals.removed} removed (${some(reply.components.removed, 10)}), ${totals.changed} changed`,
        `capabilities: ${totals.capabilities_added} added, ${totals.capabilities_removed} removed, ${totals.versions ?? 0} in another version`,
        `edges: ${reply.edges.added} added, ${reply.edges.removed} removed`,
        `would break: ${totals.broken}`,
        ...reply.broken
          .slice(0, mostBroken)
          .map((one) => context.paint('red', `${one.component} (${one.kind}) breaks: ${one.requirement}: ${one.hint}`)),
      ].join('\n'),
    );
  },
};
