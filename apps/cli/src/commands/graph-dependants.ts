import { doors } from '@millrace/contracts';
import { misused } from '../context';
import type { Leaf } from '../leaf';
import { componentOf, releaseOf } from '../naming';
import { pagesOf } from '../pages';
import { table } from '../table';
import { graphOptions, pageOptions, type GraphOptions, type PageOptions } from './graph-options';

interface Options extends GraphOptions, PageOptions {
  readonly kind: string;
  readonly depth: string;
  readonly dependencies?: boolean;
}

const kinds = ['build', 'runtime', 'contains', 'any'] as const;

export const graphDependants: Leaf<Options> = {
  usage: 'dependants <component>',
  about: 'Lists who depends on a component or, with --dependencies, what it depends on.',
  options: (command) =>
    pageOptions(graphOptions(command))
      .option('--kind <kind>', kinds.join(', '), 'any')
      .option('--depth <n>', 'how far', '1')
      .option('--dependencies', 'the other direction'),
  examples: ['graph dependants rpm/libstone', 'graph dependants rpm/millwheel --dependencies --depth 3'],
  run: async (context, args, options) => {
    const asked = {
      release: await releaseOf(context, options.release),
      snapshot: options.snapshot,
      component: componentOf(args.text(0)),
      direction: options.dependencies ? ('dependencies' as const) : ('dependants' as const),
      kind: kindOf(options.kind),
      depth: options.depth,
    };
    const reply = await pagesOf(
      { limit: options.limit, offset: options.offset },
      (page) => context.client.call(doors.resolver.dependants, { ...asked, ...page }),
      (one) => [one.found],
    );
    context.show(reply, () => neighbourTable(reply.found));
  },
};

/** The same in the other direction. */
export const graphDependencies: Leaf<Options> = {
  ...graphDependants,
  usage: 'dependencies <component>',
  about: 'Lists what a component depends on.',
  examples: ['graph dependencies rpm/millwheel --depth 3'],
  run: (context, args, options) => graphDependants.run(context, args, { ...options, dependencies: true }),
};

function neighbourTable(found: readonly { component: string; kind: string; via: string; distance: number }[]): string {
  const rows = found.map((n) => [String(n.distance), n.component, n.kind, n.via]);
  return table(['DISTANCE', 'COMPONENT', 'KIND', 'BY'], rows, 'none');
}

function kindOf(text: string): (typeof kinds)[number] {
  const found = kinds.find((kind) => kind === text);
  if (found) return found;
  throw misused(`'${text}' is no kind of dependency`, `choose from ${kinds.join(', ')}`);
}
