import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { cascadeIdOf, componentOf } from '../naming';

export const cascadeExplain: Leaf<object> = {
  usage: 'explain <cascade> [component]',
  about: 'Says why a cascade, or one rebuild of it, is where it is, and what would free it.',
  examples: ['cascade explain latest', 'cascade explain c-1 rpm/libbread'],
  run: async (context, args) => {
    const cascade = await cascadeIdOf(context, args.text(0));
    const component = args.optional(1);
    const explained = await context.client.call(doors.scheduler.explain, {
      cascade,
      ...(component === undefined ? {} : { component: componentOf(component) }),
    });
    context.show({ cascade, ...explained }, () => explained.lines.join('\n'));
  },
};
