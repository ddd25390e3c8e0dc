import { readReleaseFile } from '@millrace/admin-client';
import { doors } from '@millrace/contracts';
import type { Context } from '../context';
import type { Leaf } from '../leaf';
import { lintText, notRight } from './release-lint';

interface Options {
  readonly why: string;
}

export const releaseApply: Leaf<Options> = {
  usage: 'apply <file>',
  about: 'Makes a file the current definition of its release. Source folders in it count from its own folder.',
  options: (command) => command.option('--why <text>', 'kept in the journal', ''),
  examples: ['release apply release.yaml --why "quern has a new owner"'],
  run: async (context, args, options) => {
    const definition = definitionIn(context, args.text(0));
    const reply = await context.client.call(doors.scheduler.releaseApply, { definition, why: options.why });
    context.show(reply, () =>
      reply.changed
        ? `release ${reply.name} has revision ${reply.revision}`
        : `release ${reply.name} is as it was: revision ${reply.revision}`,
    );
  },
};

/** The definition in a file that is right; else its problems are shown and the command fails. */
export function definitionIn(context: Context, file: string) {
  const read = readReleaseFile(file);
  if (read.ok) return read.definition;
  context.show([{ file, ok: false, problems: read.problems }], () => lintText(file, read.problems));
  throw notRight(1);
}
