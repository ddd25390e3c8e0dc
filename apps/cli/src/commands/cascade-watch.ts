import { doors } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { nameOf, type RebuildView } from '../cascade-words';
import type { Context } from '../context';
import type { Leaf } from '../leaf';
import { cascadeIdOf, type CascadeWhole } from '../naming';
import { paintState } from '../paint';
import { countsText, duration, some } from '../words';
import { msBetween } from '@millrace/kernel';

interface Options {
  readonly untilStalled?: boolean;
}

const everyMs = 500;

export const cascadeWatch: Leaf<Options> = {
  usage: 'watch [cascade]',
  about: 'Prints a line for each change of a cascade until it has ended. Ends with 0 when it completed, else with 1.',
  options: (command) => command.option('--until-stalled', 'end with 1 as well when only failures are left'),
  examples: ['cascade watch', 'cascade watch c-1 --until-stalled', 'cascade watch latest --json'],
  run: async (context, args, options) => {
    const cascade = await cascadeIdOf(context, args.optional(0));
    const seen = new Map<string, string>();
    let since: string | null = null;
    for (;;) {
      // The head is asked first: when it has ended, all that happened before is in the rebuilds.
      const head = await context.client.call(doors.scheduler.cascade, { cascade, limit: 0 });
      const { rebuilds, at } = await changedSince(context, cascade, since);
      since = at;
      tellChanges(context, { ...head, rebuilds }, seen);
      if (hasEnded(head, options)) return finish(head);
      await new Promise((done) => setTimeout(done, everyMs));
    }
  },
};

/** Rebuilds that were written since the last look; all of them at the first. */
async function changedSince(context: Context, cascade: string, since: string | null) {
  const asked = { cascade, limit: 5000, ...(since === null ? {} : { since }) };
  const first = await context.client.call(doors.scheduler.rebuilds, asked);
  const rebuilds = [...first.rebuilds];
  for (let { next } = first; next !== null;) {
    const page = await context.client.call(doors.scheduler.rebuilds, { ...asked, after: next });
    rebuilds.push(...page.rebuilds);
    next = page.next;
  }
  return { rebuilds, at: first.at };
}

function hasEnded(whole: CascadeWhole, options: Options): boolean {
  if (whole.state === 'completed' || whole.state === 'cancelled') return true;
  return options.untilStalled === true && whole.state === 'stalled';
}

function finish(whole: CascadeWhole): void {
  if (whole.state === 'completed') return;
  throw new AppError({
    code: `cascade-${whole.state}`,
    kind: 'conflict',
    message: `cascade ${whole.cascade} is ${whole.state}: ${countsText(whole.counts)}`,
    remedy: `see \`millrace cascade explain ${whole.cascade}\``,
  });
}

function tellChanges(context: Context, whole: CascadeWhole, seen: Map<string, string>): void {
  for (const rebuild of whole.rebuilds) {
    const key = `${rebuild.component}/${rebuild.generation}.${rebuild.pass}`;
    const stand = `${rebuild.state}/${rebuild.attempt}/${rebuild.held}`;
    if (seen.get(key) === stand) continue;
    const isNews = seen.has(key) || rebuild.state !== 'waiting';
    seen.set(key, stand);
    if (isNews) context.show({ cascade: whole.cascade, rebuild }, () => line(context, whole, rebuild));
  }
  if (seen.get('') === whole.state) return;
  seen.set('', whole.state);
  const words = `cascade ${whole.cascade} is ${paintState(context.paint, whole.state)}: ${countsText(whole.counts)}`;
  context.show({ cascade: whole.cascade, state: whole.state, counts: whole.counts }, () => words);
}

function line(context: Context, whole: CascadeWhole, rebuild: RebuildView): string {
  const age = duration(msBetween(whole.startedAt, context.now())).padStart(8);
  const state = paintState(context.paint, rebuild.held ? 'held' : rebuild.state);
  const more =
    rebuild.evidence?.summary ?? (rebuild.state === 'waiting' ? `for ${some(rebuild.waitsFor)}` : (rebuild.nvr ?? ''));
  return `${age}  tier ${rebuild.tier}  ${nameOf(rebuild).padEnd(28)} ${state} ${more}`.trimEnd();
}
