import { doors } from '@millrace/contracts';
import { misused } from '../context';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';
import { setOf, setOptions, type SetOptions } from './set-options';

interface Options extends SetOptions {
  readonly urgency?: string;
  readonly confirm?: string;
  readonly why?: string;
}

/** Builds that one command starts without asking, in a release that acts by itself. */
const mostUnconfirmed = 100;
const urgencies = ['security', 'normal', 'background'] as const;

export const cascadeStart: Leaf<Options> = {
  usage: 'start [components...]',
  about:
    'Rebuilds components, and what their new builds make necessary: named ones, a list, a query, or all (a mass rebuild). ' +
    `More than ${mostUnconfirmed} builds start only when their number is confirmed, where the release acts by itself.`,
  options: (command) =>
    setOptions(command)
      .option('--urgency <urgency>', `${urgencies.join(', ')}; default: background for --all and queries, else normal`)
      .option('--confirm <builds>', 'the number of builds that you have seen: with another number nothing starts')
      .option('--why <text>', 'kept in the journal', ''),
  examples: [
    'cascade start rpm/libstone',
    'cascade start --all --release minidistro --why "from nothing"',
    'cascade start --all --since 2026-02-01 --confirm 34120 --why "the mass rebuild goes on"',
    'cascade start --depends-on rpm/libstone --type rpm --no-ordered',
  ],
  run: async (context, args, options) => {
    const set = setOf(args.list(0), options, context.now());
    const how = {
      ...(options.urgency === undefined ? {} : { urgency: urgencyOf(options.urgency) }),
      ...(options.confirm === undefined ? { unconfirmed: mostUnconfirmed } : { confirm: countOf(options.confirm) }),
    };
    const release = await releaseOf(context, options.release);
    const request = { release, ...set, ...how, why: options.why ?? '' };
    const reply = await context.client.call(doors.scheduler.cascadeStart, request);
    context.show(reply, () =>
      reply.cascade === null
        ? `nothing is started yet: ${reply.because}`
        : `cascade ${reply.cascade}: ${reply.because}\nwatch it: millrace cascade watch ${reply.cascade}`,
    );
  },
};

function urgencyOf(text: string): (typeof urgencies)[number] {
  const found = urgencies.find((one) => one === text);
  if (found) return found;
  throw misused(`'${text}' is no urgency`, `choose from ${urgencies.join(', ')}`);
}

function countOf(text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw misused(`'${text}' is no number of builds`, 'give the number that `millrace cascade plan` says');
}
