import { doors } from '@millrace/contracts';
import { misused } from '../context';
import type { Leaf } from '../leaf';
import { componentOf, releaseOf } from '../naming';
import { table } from '../table';

interface Options {
  readonly release?: string;
  readonly kind: string;
  readonly depth: string;
  readonly dependencies?: boolean;
}

const kinds = ['build', 'runtime', 'contains', 'any'] as const;

export const graphDependants: Leaf<Options> = {
  usage: 'dependants <component>',
  about: 'Lists who depends on a component or, with --dependencies, what it depends on.',
  options: (command) =>
    command
      .option('--release <name>', 'the release; not needed when there is only one')
      .option('--kind <kind>', kinds.join(', '), 'any')
      .option('--depth <n>', 'how far', '1')
      .option('--dependencies', 'the other direction'),
  examples: ['graph dependants rpm/libstone', 'graph dependants rpm/millwheel --dependencies --depth 3'],
  run: async (context, args, options) => {
    const { found } = await context.client.call(doors.resolver.dependants, {
      release: await releaseOf(context, options.release),
      component: componentOf(args.text(0)),
      direction: options.dependencies ? 'dependencies' : 'dependants',
      kind: kindOf(options.kind),
      depth: options.depth,
    });
    context.show(found, () => neighbourTable(found));
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

export function neighbourTable(
  found: readonly { component: string; kind: string; via: string; distance: number }[],
): string {
  const rows = found.map((n) => [String(n.distance), n.component, n.kind, n.via]);
  return table(['DISTANCE', 'COMPONENT', 'KIND', 'BY'], rows, 'none');
}

function kindOf(text: string): (typeof kinds)[number] {
  const found = kinds.find((kind) => kind === text);
  if (found) return found;
  throw misused(`'${text}' is no kind of dependency`, `choose from ${kinds.join(', ')}`);
}
