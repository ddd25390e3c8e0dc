import { doors, type DoorReply } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { stringify } from 'yaml';
import type { Context } from '../context';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';
import { when } from '../words';

export type ReleaseView = DoorReply<typeof doors.scheduler.releases>['releases'][number];

interface Options {
  readonly revision?: string;
}

export const releaseShow: Leaf<Options> = {
  usage: 'show [release]',
  about: 'Prints a release definition as it is in force, or an earlier revision of it.',
  options: (command) => command.option('--revision <n>', 'an earlier one'),
  examples: ['release show', 'release show minidistro --revision 2'],
  run: async (context, args, options) => {
    const release = await revisionOf(context, await releaseOf(context, args.optional(0)), options.revision);
    context.show(release, () => {
      const { name, revision, by, at } = release;
      return `# ${name}, revision ${revision}, by ${by}, ${when(at)}\n${stringify(release.definition).trimEnd()}`;
    });
  },
};

/** @throws AppError `release-unknown`, `revision-unknown` */
export async function revisionOf(
  { client }: Context,
  name: string,
  revision: string | undefined,
): Promise<ReleaseView> {
  const found =
    revision === undefined
      ? (await client.call(doors.scheduler.releases, { name })).releases[0]
      : (await client.call(doors.scheduler.releaseHistory, { name })).revisions.find(
          (r) => String(r.revision) === revision,
        );
  if (found) return found;
  throw new AppError({
    code: revision === undefined ? 'release-unknown' : 'revision-unknown',
    kind: 'missing',
    message: revision === undefined ? `there is no release '${name}'` : `release '${name}' has no revision ${revision}`,
    remedy: revision === undefined ? 'see `millrace release list`' : `see \`millrace release history ${name}\``,
  });
}
