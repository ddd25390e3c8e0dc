import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';
import { pagesOf } from '../pages';
import { table } from '../table';
import { counted, orDash, when } from '../words';
import { graphOptions, pageOptions, type GraphOptions, type PageOptions } from './graph-options';

export const graphShow: Leaf<GraphOptions & PageOptions> = {
  usage: 'show [release]',
  about: "Shows a release's dependency graph: components, what is unresolved, how the last import went.",
  options: (command) => pageOptions(graphOptions(command)),
  examples: ['graph show', 'graph show minidistro --json', 'graph show --release bookworm --limit 20'],
  run: async (context, args, { release: named, snapshot, limit, offset }) => {
    const release = await releaseOf(context, named ?? args.optional(0));
    const graph = await pagesOf(
      { limit, offset },
      (page) => context.client.call(doors.resolver.graph, { release, snapshot, ...page }),
      (one) => [one.components, one.unresolved],
    );
    context.show(graph, () =>
      [
        `graph of ${release}: snapshot ${orDash(graph.snapshot)}, ${when(graph.at)} (${graph.because})`,
        `${counted(graph.totals?.components ?? graph.components.length, 'component')}, ${counted(graph.dependencies, 'dependency', 'dependencies')}` +
          (graph.importing ? '; an import is running' : ''),
        ...(graph.problem === null ? [] : [context.paint('red', `the last import stopped: ${graph.problem}`)]),
        '',
        table(
          ['COMPONENT', 'BUILD', ''],
          graph.components.map((c) => [c.component, orDash(c.nvr), c.external ? 'external' : '']),
          'no components',
        ),
        ...graph.unresolved.map((u) => context.paint('yellow', `${u.component} needs ${u.requirement}: ${u.hint}`)),
      ].join('\n'),
    );
  },
};
