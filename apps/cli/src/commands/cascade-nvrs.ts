import { doors, type DoorReply } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { cascadeIdOf, componentOf } from '../naming';
import { nvrCell, nvrNotes } from '../nvr-words';
import { table } from '../table';

type Found = DoorReply<typeof doors.scheduler.nvrs>;

export const cascadeNvrs: Leaf<object> = {
  usage: 'nvrs <cascade> [components...]',
  about:
    'Says how the rebuilds that a cascade has not submitted yet, or that failed, will be called, and what would stop ' +
    'them: a taken NVR, a spec that cannot be bumped, commits that were never built. Their sources are asked now.',
  examples: ['cascade nvrs latest', 'cascade nvrs c-1 rpm/libbread --json'],
  run: async (context, args) => {
    const cascade = await cascadeIdOf(context, args.text(0));
    const components = args.list(1).map(componentOf);
    const found = await context.client.call(doors.scheduler.nvrs, { cascade, components });
    context.show({ cascade, ...found }, () => textOf(found));
  },
};

function textOf({ nvrs, left }: Found): string {
  const rows = nvrs.map((one) => [one.component, one.strategy, nvrCell(one), one.because]);
  return [
    table(['COMPONENT', 'STRATEGY', 'NVR', 'BECAUSE'], rows, 'everything is submitted already'),
    ...nvrs.flatMap((one) => nvrNotes(one.component, { ...one, because: '' })),
    ...(left > 0 ? [`and ${left} more, which were not asked: name those that you want to know of`] : []),
  ].join('\n');
}
