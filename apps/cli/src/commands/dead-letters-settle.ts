import { doors, type App } from '@millrace/contracts';
import type { Context } from '../context';
import { firstThatKnows, servicesOf } from '../each-service';
import type { Leaf } from '../leaf';

interface ReplayOptions {
  readonly service?: string;
}
interface DropOptions extends ReplayOptions {
  readonly why: string;
}

export const deadLettersReplay: Leaf<ReplayOptions> = {
  usage: 'replay <id>',
  about: 'Hands a dead letter to its service once more.',
  options: (command) => command.option('--service <app>', 'the service that has it; else all are asked'),
  examples: ['dead-letters replay INLET.12.0a1b2c3d'],
  run: (context, args, { service }) =>
    settle(context, service, (app) => context.client.call(doors[app].replay, { id: args.text(0) })),
};

export const deadLettersDrop: Leaf<DropOptions> = {
  usage: 'drop <id>',
  about: 'Gives a dead letter up.',
  options: (command) =>
    command
      .option('--service <app>', 'the service that has it; else all are asked')
      .option('--why <text>', 'kept with it', ''),
  examples: ['dead-letters drop INLET.12.0a1b2c3d --why "sent by mistake"'],
  run: (context, args, { service, why }) =>
    settle(context, service, (app) => context.client.call(doors[app].drop, { id: args.text(0), why })),
};

async function settle(
  context: Context,
  service: string | undefined,
  act: (app: App) => Promise<{ done: boolean; text: string }>,
): Promise<void> {
  const reply = await firstThatKnows(servicesOf(service), act);
  context.show(reply, () => reply.text);
}
