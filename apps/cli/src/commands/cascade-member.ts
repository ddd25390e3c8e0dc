import { doors } from '@millrace/contracts';
import { misused } from '../context';
import type { Leaf } from '../leaf';
import { cascadeIdOf, componentOf } from '../naming';

interface Options {
  readonly commit?: string;
  readonly priority?: string;
  readonly why: string;
}

const own = doors.scheduler;

export const cascadeAdd: Leaf<Options> = {
  usage: 'add <cascade> <component>',
  about: 'Adds a component to a running cascade: its plan grows.',
  options: (command) =>
    command
      .option('--commit <sha>', 'the full commit to build; else the newest')
      .option('--why <text>', 'kept with the plan and in the journal', ''),
  examples: ['cascade add latest rpm/libflour --why "it breaks at run time"'],
  run: async (context, args, { commit, why }) => {
    const cascade = await cascadeIdOf(context, args.text(0));
    const component = componentOf(args.text(1));
    const reply = await context.client.call(own.cascadeAdd, { cascade, component, commit, why });
    context.show(reply, () => reply.text);
  },
};

export const cascadeRemove: Leaf<Options> = {
  usage: 'remove <cascade> <component>',
  about: 'Takes a component that has not started out of a cascade: what needs it goes on with its old build.',
  options: (command) => command.option('--why <text>', 'kept in the journal', ''),
  examples: ['cascade remove latest rpm/libflour --why "it is retired"'],
  run: async (context, args, { why }) => {
    const cascade = await cascadeIdOf(context, args.text(0));
    const reply = await context.client.call(own.cascadeRemove, { cascade, component: componentOf(args.text(1)), why });
    context.show(reply, () => reply.text);
  },
};

export const cascadeRaise: Leaf<Options> = {
  usage: 'raise <cascade> [component]',
  about: 'Lets a component run before the others of its cascade, or a cascade before other cascades.',
  options: (command) =>
    command
      .option('--priority <n>', 'from -100 to 100; below 0: after the others', '50')
      .option('--why <text>', 'kept in the journal', ''),
  examples: ['cascade raise latest rpm/libflour', 'cascade raise c-1 --priority -10 --why "it can wait"'],
  run: async (context, args, { priority, why }) => {
    const component = args.optional(1);
    const reply = await context.client.call(own.cascadeRaise, {
      cascade: await cascadeIdOf(context, args.text(0)),
      ...(component === undefined ? {} : { component: componentOf(component) }),
      priority: priorityOf(priority ?? '50'),
      why,
    });
    context.show(reply, () => reply.text);
  },
};

function priorityOf(text: string): number {
  const priority = Number(text);
  if (/^-?\d{1,3}$/.test(text) && Math.abs(priority) <= 100) return priority;
  throw misused(`'${text}' is no priority`, 'give a whole number from -100 to 100');
}
