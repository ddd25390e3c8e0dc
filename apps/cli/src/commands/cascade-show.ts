import { doors } from '@millrace/contracts';
import { cascadeText } from '../cascade-words';
import type { Leaf } from '../leaf';
import { cascadeIdOf } from '../naming';

export const cascadeShow: Leaf<object> = {
  usage: 'show [cascade]',
  about: 'Shows a cascade with its rebuilds, by tier. Without an id: the one that runs, or the newest.',
  examples: ['cascade show', 'cascade show c-1 --json'],
  run: async (context, args) => {
    const cascade = await cascadeIdOf(context, args.optional(0));
    const whole = await context.client.call(doors.scheduler.cascade, { cascade });
    context.show(whole, () => cascadeText(whole, context.paint, context.now()));
  },
};
