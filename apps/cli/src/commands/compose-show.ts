import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { paintState } from '../paint';
import { table } from '../table';
import { orDash, when } from '../words';

export const composeShow: Leaf<object> = {
  usage: 'show <compose>',
  about: 'Shows a compose with its slots: every artifact that it wants, and whether it is there.',
  examples: ['compose show Minidistro-1-20260131.n.0'],
  run: async (context, args) => {
    const compose = await context.client.call(doors.harvester.compose, { compose: args.text(0) });
    context.show(compose, () =>
      [
        `compose ${context.paint('bold', compose.compose)} of ${compose.release} is ${paintState(context.paint, compose.state)}`,
        `  because  ${compose.because} (${compose.by}, ${when(compose.at)})`,
        `  holds    ${compose.packages} packages, ${compose.sources} sources, ${compose.images} images`,
        `  path     ${orDash(compose.path)}`,
        ...(compose.problem === null ? [] : [context.paint('red', `  problem  ${compose.problem}`)]),
        '',
        table(
          ['COMPONENT', 'BUILD', 'STATE'],
          compose.slots.map((slot) => [slot.component, orDash(slot.nvr), slot.state]),
          'no slots',
        ),
      ].join('\n'),
    );
  },
};
