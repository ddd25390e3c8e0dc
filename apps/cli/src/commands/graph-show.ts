import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';
import { table } from '../table';
import { counted, orDash, when } from '../words';

export const graphShow: Leaf<object> = {
  usage: 'show [release]',
  about: "Shows a release's dependency graph: components, what is unresolved, how the last import went.",
  examples: ['graph show', 'graph show minidistro --json'],
  run: async (context, args) => {
    const release = await releaseOf(context, args.optional(0));
    const graph = await context.client.call(doors.resolver.graph, { release });
    context.show(graph, () =>
      [
        `graph of ${release}: snapshot ${orDash(graph.snapshot)}, ${when(graph.at)} (${graph.because})`,
        `${counted(graph.components.length, 'component')}, ${counted(graph.dependencies, 'dependency', 'dependencies')}` +
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
