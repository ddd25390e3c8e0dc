import { doors } from '@millrace/contracts';
import { scopeOf, scopeOptions, type ScopeOptions } from '../act-scope';
import { showActs } from '../act-words';
import { misused } from '../context';
import type { Leaf } from '../leaf';

interface Options extends ScopeOptions {
  readonly commit?: string;
  readonly priority?: string;
  readonly why: string;
}

const own = doors.scheduler;

export const cascadeAdd: Leaf<Options> = {
  usage: 'add [cascade] [component]',
  about: 'Adds a component to a running cascade, or to all of a release: their plans grow.',
  options: (command) =>
    command
      .option('--release <name>', 'to all running cascades of the release, instead of one')
      .option('--component <id>', 'with --release: the component')
      .option('--commit <sha>', 'the full commit to build; else the newest')
      .option('--why <text>', 'kept with the plan and in the journal', ''),
  examples: [
    'cascade add latest rpm/libflour --why "it breaks at run time"',
    'cascade add --release minidistro --component rpm/libflour',
  ],
  run: async (context, args, { commit, why, ...options }) => {
    const scope = await scopeOf(context, args.optional(0), args.optional(1), options);
    const { component } = scope;
    if (component === undefined) throw misused('no component is named', 'name it after the cascade');
    const reply =
      'cascade' in scope
        ? await context.client.call(own.cascadeAdd, { cascade: scope.cascade, component, commit, why })
        : await context.client.call(own.releaseAdd, { release: scope.release, component, commit, why });
    showActs(context, reply);
  },
};

export const cascadeRaise: Leaf<Options> = {
  usage: 'raise [cascade] [component]',
  about:
    'Lets a component or a tier run before the others of its cascade, a cascade before other cascades, or a release ' +
    'before others.',
  options: (command) =>
    scopeOptions(command)
      .option('--priority <n>', 'from -100 to 100; below 0: after the others', '50')
      .option('--why <text>', 'kept in the journal', ''),
  examples: [
    'cascade raise latest rpm/libflour',
    'cascade raise c-1 --priority -10 --why "it can wait"',
    'cascade raise --release minidistro --component rpm/libflour',
  ],
  run: async (context, args, { priority, why, ...options }) => {
    const scope = await scopeOf(context, args.optional(0), args.optional(1), options);
    const act = { priority: priorityOf(priority ?? '50'), why };
    const reply =
      'cascade' in scope
        ? await context.client.call(own.cascadeRaise, { ...scope, ...act })
        : await context.client.call(own.releaseRaise, { ...scope, ...act });
    showActs(context, reply);
  },
};

function priorityOf(text: string): number {
  const priority = Number(text);
  if (/^-?\d{1,3}$/.test(text) && Math.abs(priority) <= 100) return priority;
  throw misused(`'${text}' is no priority`, 'give a whole number from -100 to 100');
}
