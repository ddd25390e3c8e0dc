import { cascadeStates, doors, type CascadeState } from '@millrace/contracts';
import { cascadesTable } from '../cascade-words';
import { misused } from '../context';
import type { Leaf } from '../leaf';

interface Options {
  readonly release?: string;
  readonly state?: string;
  readonly limit: string;
}

export const cascadeList: Leaf<Options> = {
  usage: 'list',
  about: 'Lists cascades, newest first.',
  options: (command) =>
    command
      .option('--release <name>', 'of this release only')
      .option('--state <state>', `only ${cascadeStates.join(', ')}`)
      .option('--limit <n>', 'at most', '20'),
  examples: ['cascade list', 'cascade list --state running --json'],
  run: async (context, _, options) => {
    const { cascades } = await context.client.call(doors.scheduler.cascades, {
      release: options.release,
      state: stateOf(options.state),
      limit: options.limit,
    });
    context.show(cascades, () => cascadesTable(cascades, context.paint, context.now()));
  },
};

function stateOf(text: string | undefined): CascadeState | undefined {
  const found = cascadeStates.find((state) => state === text);
  if (text === undefined || found) return found;
  throw misused(`'${text}' is no state of a cascade`, `choose from ${cascadeStates.join(', ')}`);
}
