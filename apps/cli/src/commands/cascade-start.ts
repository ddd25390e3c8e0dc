import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';
import { setOf, type SetOptions } from './cascade-plan';

export const cascadeStart: Leaf<SetOptions> = {
  usage: 'start [components...]',
  about: 'Rebuilds components, and what their new builds make necessary.',
  options: (command) =>
    command
      .option('--release <name>', 'the release; not needed when there is only one')
      .option('--all', 'every component of the release (a mass rebuild)')
      .option('--why <text>', 'kept in the journal', ''),
  examples: ['cascade start rpm/libstone', 'cascade start --all --release minidistro --why "from nothing"'],
  run: async (context, args, options) => {
    const set = setOf(args.list(0), options);
    const release = await releaseOf(context, options.release);
    const reply = await context.client.call(doors.scheduler.cascadeStart, { release, ...set, why: options.why ?? '' });
    context.show(reply, () =>
      reply.cascade === null
        ? `nothing is started yet: ${reply.because}`
        : `cascade ${reply.cascade}: ${reply.because}\nwatch it: millrace cascade watch ${reply.cascade}`,
    );
  },
};
