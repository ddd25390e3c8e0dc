import type { Leaf } from '../leaf';
import { sideTagHead, sideTagLine, sideTagsOf } from '../side-tag-words';
import { table } from '../table';

interface Options {
  readonly release?: string;
  readonly cascade?: string;
  readonly all?: boolean;
}

export const sidetagList: Leaf<Options> = {
  usage: 'list',
  about: 'Lists side tags as the build systems have them now: ours, those in use, and orphans, which nobody needs.',
  options: (command) =>
    command
      .option('--release <name>', 'of this release only')
      .option('--cascade <id>', 'of this cascade only')
      .option('--all', "other people's, too"),
  examples: ['sidetag list', 'sidetag list --release f44 --all', 'sidetag list --json'],
  run: async (context, _, { release, cascade, all = false }) => {
    const found = await sideTagsOf(context, { release, cascade, all });
    context.show(found, () => table(sideTagHead, found.map(sideTagLine), 'no side tags'));
  },
};
