import { doors, rebuildStates } from '@millrace/contracts';
import { cascadeText } from '../cascade-words';
import { misused, type Context } from '../context';
import type { Leaf } from '../leaf';
import { cascadeIdOf, type CascadeWhole } from '../naming';
import { wholeCascade } from '../whole-cascade';

interface Options {
  readonly tier?: string;
  readonly state?: string;
  readonly limit?: string;
}

/** Rebuilds in a table for people. */
const usual = 500;

export const cascadeShow: Leaf<Options> = {
  usage: 'show [cascade]',
  about: 'Shows a cascade with its rebuilds, by tier. Without an id: the one that runs, or the newest.',
  options: (command) =>
    command
      .option('--tier <n>', 'only rebuilds of this tier')
      .option('--state <states>', `only rebuilds in these states, with commas between: ${rebuildStates.join(', ')}`)
      .option('--limit <n>', `rebuilds at most (default: ${usual}, with --json all)`),
  examples: ['cascade show', 'cascade show latest --state failed,rejected', 'cascade show c-1 --json'],
  run: async (context, args, options) => {
    const limit = options.limit === undefined ? null : numberOf(options.limit, 'number of rebuilds', 1);
    const cascade = await cascadeIdOf(context, args.optional(0));
    const shown = await shownOf(context, cascade, options, limit);
    context.show(shown, () => `${cascadeText(shown, context.paint, context.now())}${moreText(shown)}`);
  },
};

async function shownOf(
  context: Context,
  cascade: string,
  { tier, state }: Options,
  limit: number | null,
): Promise<CascadeWhole> {
  const own = doors.scheduler;
  if (tier === undefined && state === undefined) {
    if (context.json && limit === null) return wholeCascade(context, cascade);
    return context.client.call(own.cascade, { cascade, limit: limit ?? usual });
  }
  const filter = {
    ...(tier === undefined ? {} : { tier: numberOf(tier, 'tier', 0) }),
    ...(state === undefined ? {} : { state: statesOf(state) }),
  };
  const head = await context.client.call(own.cascade, { cascade, limit: 0 });
  const page = await context.client.call(own.rebuilds, { cascade, ...filter, limit: limit ?? 5000 });
  return { ...head, rebuilds: page.rebuilds, next: page.next };
}

function moreText({ next, rebuilds, counts }: CascadeWhole): string {
  if (!next) return '';
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return `\n\n${rebuilds.length} of ${all} rebuilds; more with --limit, or fewer with --tier and --state`;
}

function statesOf(text: string): string {
  const wrong = text.split(',').find((one) => !rebuildStates.some((state) => state === one));
  if (wrong === undefined) return text;
  throw misused(`'${wrong}' is no state of a rebuild`, `choose from ${rebuildStates.join(', ')}`);
}

function numberOf(text: string, what: string, least: number): number {
  const number = Number(text);
  if (/^\d{1,5}$/.test(text) && number >= least && number <= 5000) return number;
  throw misused(`'${text}' is no ${what}`, `give a number from ${least} to 5000`);
}
