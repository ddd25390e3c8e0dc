import { doors, type App, type DoorReply } from '@millrace/contracts';
import { toAppError } from '@millrace/kernel';
import { misused, type Context } from '../context';
import { servicesOf } from '../each-service';
import type { Leaf } from '../leaf';
import { table } from '../table';
import { when } from '../words';

interface Options {
  readonly service?: string;
  readonly state: string;
}

type Letter = DoorReply<typeof doors.scheduler.deadLetters>['deadLetters'][number];
const states = ['kept', 'replayed', 'dropped', 'all'] as const;

export const deadLettersList: Leaf<Options> = {
  usage: 'list',
  about: 'Lists the messages that services could not handle, with the reason, newest first.',
  options: (command) =>
    command.option('--service <app>', 'of this service only').option('--state <state>', states.join(', '), 'kept'),
  examples: ['dead-letters list', 'dead-letters list --service ci-bridge --state all'],
  run: async (context, _, options) => {
    const state = states.find((known) => known === options.state);
    if (!state) throw misused(`'${options.state}' is no state of a dead letter`, `choose from ${states.join(', ')}`);
    const asked = await Promise.all(servicesOf(options.service).map((app) => lettersOf(context, app, state)));
    const letters = asked.flatMap((answer) => answer.letters).sort((a, b) => (a.at < b.at ? 1 : -1));
    context.show(letters, () =>
      table(
        ['ID', 'SERVICE', 'AT', 'STATE', 'FROM', 'REASON'],
        letters.map((l) => [l.id, l.service, when(l.at), l.state, l.origin, l.reason.slice(0, 100)]),
        'no dead letters',
      ),
    );
    const fault = asked.find((answer) => answer.fault !== null)?.fault;
    if (fault) throw fault;
  },
};

/** One service that is away does not hide the letters of the others. */
async function lettersOf({ client }: Context, app: App, state: (typeof states)[number]) {
  try {
    const { deadLetters } = await client.call(doors[app].deadLetters, { state });
    return { letters: deadLetters.map((letter: Letter) => ({ service: app, ...letter })), fault: null };
  } catch (thrown) {
    return { letters: [], fault: toAppError(thrown) };
  }
}
