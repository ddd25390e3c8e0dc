import { doors } from '@millrace/contracts';
import { AppError, toAppError } from '@millrace/kernel';
import { misused, type Context } from '../context';
import type { Leaf } from '../leaf';
import { cascadeIdOf, componentOf } from '../naming';
import { isWide, reachedBy, type Reached, type ReachOptions } from './cascade-reach';

interface Options extends ReachOptions {
  readonly why: string;
}

const { cascadeCancel: cancel, cascadeRetry: retry, cascadeSkip: skip } = doors.scheduler;
type Act = typeof cancel | typeof retry | typeof skip;

/** By verb: the states in which a rebuild can be acted on. */
const actable = {
  cancel: ['waiting', 'ready', 'submitting', 'building', 'gating', 'failed', 'rejected'],
  retry: ['failed', 'rejected'],
  skip: ['waiting', 'ready', 'failed', 'rejected'],
} as const;

export const cascadeCancel = act('cancel', cancel, 'Gives up a cascade, or rebuilds of it.');
export const cascadeRetry = act('retry', retry, 'Builds what failed once more, from the newest commit.');
export const cascadeSkip = act('skip', skip, 'Goes on without rebuilding a component.');

/** The three commands about a cascade, or rebuilds of it, that differ only in what they ask for. */
function act(verb: keyof typeof actable, door: Act, about: string): Leaf<Options> {
  return {
    usage: `${verb} [cascade] [component]`,
    about: `${about} Also of a tier, or of a component or everything in all running cascades of a release.`,
    options: (command) =>
      command
        .option('--tier <n>', 'of this tier of the cascade')
        .option('--release <name>', 'of all running cascades of the release, instead of a cascade')
        .option('--component <id>', 'with --release: only of this component')
        .option('--why <text>', 'kept in the journal', ''),
    examples: [
      `cascade ${verb} c-1 rpm/libflour --why "…"`,
      `cascade ${verb} latest --tier 2`,
      `cascade ${verb} --release minidistro --component rpm/libflour`,
    ],
    run: async (context, args, options) => {
      const [cascade, component] = [args.optional(0), args.optional(1)];
      if (isWide(options) || cascade === undefined) {
        const reached = await reachedBy(context, cascade, component, options, actable[verb]);
        const whole = verb === 'cancel' && options.release !== undefined && options.component === undefined;
        const targets = whole ? wholeCascades(reached) : reached.map(targetOf);
        return eachOf(context, door, verb, { targets, why: options.why });
      }
      if (verb === 'skip' && component === undefined) {
        throw misused('skip needs a component', 'name it, or a tier with --tier; or cancel the cascade');
      }
      const reply = await context.client.call(door, {
        cascade: await cascadeIdOf(context, cascade),
        ...(component === undefined ? {} : { component: componentOf(component) }),
        why: options.why,
      });
      context.show(reply, () => reply.text);
    },
  };
}

interface Target {
  readonly cascade: string;
  /** Absent: all of the cascade. */
  readonly component?: string;
}

function targetOf({ cascade, rebuild: { component } }: Reached): Target {
  return { cascade, component };
}

function wholeCascades(reached: readonly Reached[]): readonly Target[] {
  return [...new Set(reached.map((one) => one.cascade))].map((cascade) => ({ cascade }));
}

interface Done extends Target {
  readonly done: boolean;
  readonly text: string;
}

/** One after another: what one of them settles, the next may find settled. */
async function eachOf(context: Context, door: Act, verb: string, { targets, why }: Acts): Promise<void> {
  const acts: Done[] = [];
  for (const target of targets) {
    const asked = context.client.call(door, { ...target, why });
    acts.push(await asked.then(({ text }) => ({ ...target, done: true, text }), refusedOf(target)));
  }
  if (!acts.some((one) => one.done)) throw nothingDone(acts[0]?.text ?? `nothing there can be ${done[verb]}`);
  context.show({ done: true, acts }, () => acts.map((one) => `${one.cascade} ${one.text}`).join('\n'));
}

interface Acts {
  readonly targets: readonly Target[];
  readonly why: string;
}

const done: Readonly<Record<string, string>> = { cancel: 'cancelled', retry: 'retried', skip: 'skipped' };

function nothingDone(message: string): AppError {
  return new AppError({ code: 'nothing-done', kind: 'conflict', message, remedy: 'look at `millrace cascade show`' });
}

function refusedOf(target: Target): (thrown: unknown) => Done {
  return (thrown) => {
    const error = toAppError(thrown);
    if (error.kind !== 'conflict' && error.kind !== 'missing') throw error;
    return { ...target, done: false, text: error.message };
  };
}
