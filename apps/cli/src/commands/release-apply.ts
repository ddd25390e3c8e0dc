import { readReleaseFile } from '@millrace/admin-client';
import { doors, type DoorReply } from '@millrace/contracts';
import { misused, type Context } from '../context';
import type { Leaf } from '../leaf';
import { counted, some } from '../words';
import { lintText, notRight } from './release-lint';

interface Options {
  readonly why: string;
  /** true: given without a number. */
  readonly yes?: string | true;
}

type Starts = NonNullable<DoorReply<typeof doors.scheduler.releaseApply>['starts']>;

export const releaseApply: Leaf<Options> = {
  usage: 'apply <file>',
  about:
    'Makes a file the current definition of its release. Source folders in it count from its own folder. A release ' +
    'that ends to observe names the builds that would start now, and wants their number agreed to. Cascades that run ' +
    'go on with the plans that they have.',
  options: (command) =>
    command
      .option('--why <text>', 'kept in the journal', '')
      .option('--yes [builds]', 'let so many builds start when the release ends to observe; without a number: any'),
  examples: [
    'release apply release.yaml --why "quern has a new owner"',
    'release apply release.yaml --yes 12 --why "it acts from now on"',
  ],
  run: async (context, args, { why, yes }) => {
    const definition = definitionIn(context, args.text(0));
    const confirm = yes === undefined ? {} : { confirm: confirmedBy(yes) };
    const reply = await context.client.call(doors.scheduler.releaseApply, { definition, why, ...confirm });
    context.show(reply, () => {
      if (!reply.changed) return `release ${reply.name} is as it was: revision ${reply.revision}`;
      const starts = reply.starts ? [startsText(reply.starts, reply.mode ?? definition.mode)] : [];
      const { running = [] } = reply;
      const older = running.length === 0 ? [] : [`on the plans that they have go on: ${some(running, 8)}`];
      return [`release ${reply.name} has revision ${reply.revision}`, ...older, ...starts].join('\n');
    });
  },
};

/** What leaving `observe` means. */
export function startsText({ builds, plans, components }: Starts, mode: string): string {
  const what = `${counted(builds, 'build')} of ${counted(plans, 'plan')} that ${plans === 1 ? 'was' : 'were'} observed`;
  const names = components.length === 0 ? '' : `: ${some(components, 8)}`;
  if (mode === 'approve')
    return `leaving observe: 0 builds start now; ${what} wait for a person in one new plan${names}`;
  return `leaving observe: ${what} start now, in one new plan${names}`;
}

function confirmedBy(yes: string | true): number | 'any' {
  if (yes === true) return 'any';
  if (/^\d{1,9}$/.test(yes)) return Number(yes);
  throw misused(`'${yes}' is no number of builds`, 'give the number that was named, e.g. --yes 12, or --yes alone');
}

/** The definition in a file that is right; else its problems are shown and the command fails. */
export function definitionIn(context: Context, file: string) {
  const read = readReleaseFile(file);
  if (read.ok) return read.definition;
  context.show([{ file, ok: false, problems: read.problems }], () => lintText(file, read.problems));
  throw notRight(1);
}
