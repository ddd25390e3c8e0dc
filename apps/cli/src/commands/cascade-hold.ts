import { doors, durationMs } from '@millrace/contracts';
import { later } from '@millrace/kernel';
import { scopeOf, scopeOptions, type ScopeOptions } from '../act-scope';
import { showActs } from '../act-words';
import { misused } from '../context';
import type { Leaf } from '../leaf';
import { table } from '../table';
import { orDash, when } from '../words';

interface Options extends ScopeOptions {
  readonly until?: string;
  readonly why: string;
}

const own = doors.scheduler;

export const cascadeHold: Leaf<Options> = {
  usage: 'hold [cascade] [component]',
  about:
    'Starts nothing new in a cascade, or one rebuild or one tier of it, or with --release in a whole release, until it ' +
    'is resumed or the time is over. What runs goes on.',
  options: (command) =>
    scopeOptions(command)
      .option('--until <time>', 'ends by itself then: a time such as 2026-02-01T08:00:00Z, or from now: 90m, 2h, 3d')
      .option('--why <text>', 'kept in the journal', ''),
  examples: [
    'cascade hold latest rpm/libflour --why "…"',
    'cascade hold c-1 --tier 3 --until 2h',
    'cascade hold --release minidistro --until 2026-02-01T08:00:00Z --why "the builders move"',
  ],
  run: async (context, args, options) => {
    const until = options.until === undefined ? {} : { until: untilOf(options.until, context.now()) };
    const scope = await scopeOf(context, args.optional(0), args.optional(1), options);
    const { why } = options;
    const reply =
      'cascade' in scope
        ? await context.client.call(own.cascadeHold, { ...scope, ...until, why })
        : await context.client.call(own.releaseHold, { ...scope, ...until, why });
    showActs(context, reply);
  },
};

export const cascadeResume: Leaf<Options> = {
  usage: 'resume [cascade] [component]',
  about: 'Lets a held cascade, one rebuild or one tier of it, or with --release a held release, go on.',
  options: (command) => scopeOptions(command).option('--why <text>', 'kept in the journal', ''),
  examples: ['cascade resume latest', 'cascade resume c-1 --tier 3', 'cascade resume --release minidistro'],
  run: async (context, args, options) => {
    const scope = await scopeOf(context, args.optional(0), args.optional(1), options);
    const { why } = options;
    const reply =
      'cascade' in scope
        ? await context.client.call(own.cascadeResume, { ...scope, why })
        : await context.client.call(own.releaseResume, { ...scope, why });
    showActs(context, reply);
  },
};

export const cascadeHolds: Leaf<Pick<Options, 'release'>> = {
  usage: 'holds',
  about: 'Lists what people hold now, with who, why and until when.',
  options: (command) => command.option('--release <name>', 'of this release only'),
  examples: ['cascade holds', 'cascade holds --release minidistro --json'],
  run: async (context, _, { release }) => {
    const { holds } = await context.client.call(own.holds, { release });
    const rows = holds.map((one) => [
      one.release,
      orDash(one.cascade),
      one.tier === null ? orDash(one.component) : `tier ${one.tier}`,
      one.by,
      when(one.at),
      when(one.until),
      one.why,
    ]);
    context.show(holds, () => table(['RELEASE', 'CASCADE', 'WHAT', 'BY', 'SINCE', 'UNTIL', 'WHY'], rows, 'no holds'));
  },
};

/** A time as it is, or one from now as definitions write durations. */
function untilOf(text: string, now: string): string {
  if (/^\d+(ms|s|m|h|d)$/.test(text)) return later(now, durationMs(text));
  const at = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  throw misused(`'${text}' is no time`, 'write 2026-02-01T08:00:00Z, or from now 90m, 2h, 3d');
}
