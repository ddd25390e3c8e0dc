import { doors, type DoorReply } from '@millrace/contracts';
import type { Context } from '../context';
import type { Leaf } from '../leaf';
import { cascadeIdOf, componentOf } from '../naming';
import { nvrNotes } from '../nvr-words';

export const cascadeExplain: Leaf<object> = {
  usage: 'explain <cascade> [component]',
  about: 'Says why a cascade, or one rebuild of it, is where it is, and what would free it.',
  examples: ['cascade explain latest', 'cascade explain c-1 rpm/libbread'],
  run: async (context, args) => {
    const cascade = await cascadeIdOf(context, args.text(0));
    const component = args.optional(1);
    const named = component === undefined ? [] : [componentOf(component)];
    const explained = await context.client.call(doors.scheduler.explain, {
      cascade,
      ...(named[0] === undefined ? {} : { component: named[0] }),
    });
    const nvr = named.length === 0 ? null : await foreseenOf(context, cascade, named);
    const lines = nvr === null ? explained.lines : [...explained.lines, ...wordsOf(nvr)];
    context.show({ cascade, ...explained, lines, ...(nvr === null ? {} : { nvr }) }, () => lines.join('\n'));
  },
};

type Named = DoorReply<typeof doors.scheduler.nvrs>['nvrs'][number];

/** How a rebuild that is not submitted yet will be called. */
async function foreseenOf(context: Context, cascade: string, components: string[]): Promise<Named | null> {
  const { nvrs } = await context.client.call(doors.scheduler.nvrs, { cascade, components });
  return nvrs[0] ?? null;
}

function wordsOf(named: Named): readonly string[] {
  const { component, nvr, because } = named;
  return [...(nvr === null ? [] : [`Its build will be called ${nvr}: ${because}`]), ...nvrNotes(component, named)];
}
