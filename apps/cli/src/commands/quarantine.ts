import { doors, type DoorReply } from '@millrace/contracts';
import { misused } from '../context';
import type { Leaf } from '../leaf';
import { table } from '../table';
import { when } from '../words';

const bridge = doors['ci-bridge'];
const states = ['kept', 'replayed', 'dropped', 'all'] as const;

type Letter = DoorReply<typeof bridge.deadLetters>['deadLetters'][number];

interface ListOptions {
  readonly state: string;
}
interface DropOptions {
  readonly why: string;
}

export const quarantineList: Leaf<ListOptions> = {
  usage: 'list',
  about: 'Lists what CI systems sent and could not be taken as results, with the reason, newest first.',
  options: (command) => command.option('--state <state>', states.join(', '), 'kept'),
  examples: ['quarantine list', 'quarantine list --state all --json'],
  run: async ({ client, show }, _, options) => {
    const state = states.find((known) => known === options.state);
    if (!state) throw misused(`'${options.state}' is no state`, `choose from ${states.join(', ')}`);
    const letters = (await client.call(bridge.deadLetters, { state })).deadLetters.filter(isReport);
    show(letters, () =>
      table(
        ['ID', 'AT', 'STATE', 'FROM', 'REASON'],
        letters.map((letter) => [letter.id, when(letter.at), letter.state, letter.origin, letter.reason.slice(0, 100)]),
        'nothing is in quarantine',
      ),
    );
  },
};

/** What the bridge itself said and the bus refused came from no CI system. */
function isReport({ origin }: Letter): boolean {
  return origin !== 'outbox';
}

export const quarantineShow: Leaf<object> = {
  usage: 'show <id>',
  about: 'Shows what was sent, and why it could not be taken.',
  examples: ['quarantine show webhook.hub.0a1b2c3d4e5f6071'],
  run: async ({ client, show, paint }, args) => {
    const letter = await client.call(bridge.deadLetter, { id: args.text(0) });
    show(letter, () =>
      [
        `${paint('bold', letter.id)}, ${letter.state}`,
        `  from      ${letter.origin} (${letter.bytes} bytes, ${when(letter.at)})`,
        `  reason    ${letter.reason}`,
        `  remedy    ${letter.remedy}`,
        '',
        letter.content,
      ].join('\n'),
    );
  },
};

export const quarantineReplay: Leaf<object> = {
  usage: 'replay <id>',
  about: 'Reads it once more: after the adapter, its mapping or a setting was put right.',
  examples: ['quarantine replay webhook.hub.0a1b2c3d4e5f6071'],
  run: async ({ client, show }, args) => {
    const reply = await client.call(bridge.replay, { id: args.text(0) });
    show(reply, () => reply.text);
  },
};

export const quarantineDrop: Leaf<DropOptions> = {
  usage: 'drop <id>',
  about: 'Gives it up.',
  options: (command) => command.option('--why <text>', 'kept with it', ''),
  examples: ['quarantine drop webhook.hub.0a1b2c3d4e5f6071 --why "sent by mistake"'],
  run: async ({ client, show }, args, { why }) => {
    const reply = await client.call(bridge.drop, { id: args.text(0), why });
    show(reply, () => reply.text);
  },
};
