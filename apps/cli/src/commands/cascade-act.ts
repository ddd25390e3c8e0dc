import { doors } from '@millrace/contracts';
import { scopeOf, scopeOptions, type InCascade, type ScopeOptions } from '../act-scope';
import { showActs } from '../act-words';
import { misused } from '../context';
import type { Leaf } from '../leaf';

interface Options extends ScopeOptions {
  readonly all?: boolean;
  readonly why: string;
}

const own = doors.scheduler;

/** By verb: its doors, of a cascade and of a release. */
const asked = {
  cancel: [own.cascadeCancel, own.releaseCancel],
  retry: [own.cascadeRetry, own.releaseRetry],
  skip: [own.cascadeSkip, own.releaseSkip],
  remove: [own.cascadeRemove, own.releaseRemove],
} as const;

export const cascadeCancel = act('cancel', 'Gives up a cascade, or rebuilds of it.');
export const cascadeRetry = act('retry', 'Builds what failed once more, from the newest commit.');
export const cascadeSkip = act(
  'skip',
  'Goes on without rebuilding a component: what needs it goes on with its old build.',
);
export const cascadeRemove = act(
  'remove',
  'Takes what has not started out of a cascade: what needs it goes on with its old build.',
);

/** The four commands about a cascade, or rebuilds of it, that differ only in what they ask for. */
function act(verb: keyof typeof asked, about: string): Leaf<Options> {
  const byOne = verb === 'skip' || verb === 'remove';
  const [ofCascade, ofRelease] = asked[verb];
  return {
    usage: `${verb} [cascade] [component]`,
    about: `${about} Also of a tier, or of a component or everything in all running cascades of a release.`,
    options: (command) => {
      const scoped = scopeOptions(command);
      const all = byOne ? scoped.option('--all', `everything in the cascade that can be ${past[verb]}`) : scoped;
      return all.option('--why <text>', 'kept in the journal', '');
    },
    examples: [
      `cascade ${verb} c-1 rpm/libflour --why "…"`,
      byOne ? `cascade ${verb} latest --tier 2` : `cascade ${verb} latest`,
      `cascade ${verb} --release minidistro --component rpm/libflour`,
    ],
    run: async (context, args, { why, all, ...options }) => {
      const scope = await scopeOf(context, args.optional(0), args.optional(1), options);
      if (byOne && 'cascade' in scope) checkAll(verb, scope, all === true);
      const reply =
        'cascade' in scope
          ? await context.client.call(ofCascade, { ...scope, ...(all ? { all } : {}), why })
          : await context.client.call(ofRelease, { ...scope, why });
      showActs(context, reply);
    },
  };
}

/** What is done to rebuilds one by one is not done to all of a cascade by the way. */
function checkAll(verb: string, { component, tier }: InCascade, all: boolean): void {
  const isPart = component !== undefined || tier !== undefined;
  if (isPart && all) throw misused('a part of the cascade and --all exclude each other', 'name one of them');
  if (!isPart && !all) throw misused(`${verb} needs a component`, 'name it, or a tier with --tier, or say --all');
}

const past = { cancel: 'cancelled', retry: 'retried', skip: 'skipped', remove: 'removed' } as const;
