import { doors } from '@millrace/contracts';
import { firstThatKnows, servicesOf } from '../each-service';
import type { Leaf } from '../leaf';
import { when } from '../words';

interface Options {
  readonly service?: string;
}

export const deadLettersShow: Leaf<Options> = {
  usage: 'show <id>',
  about: 'Shows one dead letter with its content.',
  options: (command) => command.option('--service <app>', 'the service that has it; else all are asked'),
  examples: ['dead-letters show INLET.12.0a1b2c3d'],
  run: async (context, args, options) => {
    const found = await firstThatKnows(servicesOf(options.service), async (app) => ({
      service: app,
      ...(await context.client.call(doors[app].deadLetter, { id: args.text(0) })),
    }));
    context.show(found, () =>
      [
        `dead letter ${context.paint('bold', found.id)} of ${found.service}, ${found.state}`,
        `  from      ${found.origin} (${found.bytes} bytes, ${found.attempts} attempts, ${when(found.at)})`,
        `  reason    ${found.reason}`,
        `  remedy    ${found.remedy}`,
        '',
        found.content,
      ].join('\n'),
    );
  },
};
