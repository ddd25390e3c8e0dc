import { doors } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from '../context';
import type { Leaf } from '../leaf';
import { sideTagsOf, staysWords, type SideTagView } from '../side-tag-words';
import { table } from '../table';
import { counted } from '../words';

interface Options {
  readonly release?: string;
  readonly dryRun?: boolean;
  readonly unlanded?: boolean;
  readonly why: string;
}

interface Cleaned {
  readonly release: string;
  readonly tag: string;
  readonly removed: boolean;
  readonly because: string;
}

const longestWaitMs = 120_000;

export const sidetagClean: Leaf<Options> = {
  usage: 'clean [tags...]',
  about: `Removes side tags that nobody needs: ours alone, whose cascade has ended or is not known, and only what has
nothing in it that did not land. Named ones, or all.`,
  options: (command) =>
    command
      .option('--release <name>', 'of this release only')
      .option('--dry-run', 'only says what would be removed, and what stays')
      .option('--unlanded', 'those too that have what did not land')
      .option('--why <text>', 'kept in the journal', ''),
  examples: ['sidetag clean --dry-run', 'sidetag clean --release f44', 'sidetag clean f44-build-side-1234 --unlanded'],
  run: async (context, args, { release, dryRun = false, unlanded = false, why }) => {
    const named = args.list(0);
    const all = await sideTagsOf(context, { release });
    const missing = named.filter((tag) => all.every((one) => one.tag !== tag));
    if (missing.length > 0) throw unknownTags(missing);
    const wanted = all.filter((one) => (named.length > 0 ? named.includes(one.tag) : one.orphan));
    const goes = (one: SideTagView): boolean => one.orphan && (unlanded || one.removable);
    if (!dryRun) await removed(context, wanted.filter(goes), { unlanded, why });
    const left = dryRun ? wanted : await sideTagsOf(context, { release });
    const outcome = wanted.map((one) => cleaned(one, goes(one), dryRun, left));
    context.show(outcome, () => words(outcome, dryRun));
    const failed = outcome.filter((one, n) => !one.removed && (named.length > 0 || goes(wanted[n]!)));
    if (!dryRun && failed.length > 0) throw notRemoved(failed);
  },
};

/** Orders the removals, release by release, and waits until they are gone or it is known why not. */
async function removed(
  context: Context,
  tags: readonly SideTagView[],
  wish: { readonly unlanded: boolean; readonly why: string },
): Promise<void> {
  for (const release of new Set(tags.map((one) => one.release))) {
    const names = tags.filter((one) => one.release === release).map((one) => one.tag);
    await context.client.call(doors.scheduler.sideTagClean, { release, tags: names, ...wish });
  }
  const deadline = Date.now() + longestWaitMs;
  const before = new Map(tags.map((one) => [one.tag, one.because]));
  while (before.size > 0 && Date.now() < deadline) {
    const there = new Map((await sideTagsOf(context, {})).map((one) => [one.tag, one]));
    const waits = [...before].filter(([tag, because]) => there.get(tag)?.because === because);
    if (waits.length === 0) return;
    await pause(300);
  }
}

function cleaned(one: SideTagView, goes: boolean, dryRun: boolean, left: readonly SideTagView[]): Cleaned {
  const { release, tag } = one;
  const still = left.find((other) => other.tag === tag);
  if (dryRun)
    return { release, tag, removed: false, because: goes ? `would be removed: ${one.because}` : staysWords(one) };
  if (!still) return { release, tag, removed: true, because: one.because };
  return { release, tag, removed: false, because: goes ? still.because : staysWords(one) };
}

function words(all: readonly Cleaned[], dryRun: boolean): string {
  const rows = all.map((one) => [one.release, one.tag, one.removed ? 'removed' : dryRun ? '' : 'stays', one.because]);
  return table(['RELEASE', 'TAG', '', 'WHY'], rows, 'nothing to remove: no orphans');
}

function unknownTags(names: readonly string[]): AppError {
  return new AppError({
    code: 'side-tag-unknown',
    kind: 'missing',
    message: `there is no side tag ${names.join(', ')} of ours`,
    remedy: 'look at `millrace sidetag list`',
  });
}

function notRemoved(failed: readonly Cleaned[]): AppError {
  return new AppError({
    code: 'side-tag-stays',
    kind: 'conflict',
    message: `${counted(failed.length, 'side tag')} not removed: ${failed[0]!.tag}: ${failed[0]!.because}`,
    remedy: 'see what stands beside each of them',
  });
}
