import { doors } from '@millrace/contracts';
import { writeFile } from 'node:fs/promises';
import { misused } from '../context';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';
import { pagesOf } from '../pages';
import { table } from '../table';
import { orDash, when } from '../words';
import { pageOptions, type PageOptions } from './graph-options';

interface Options {
  readonly release?: string;
}

const releaseOption = '--release <name>';
const releaseAbout = 'the release; not needed when there is only one';

export const snapshotsList: Leaf<Options & PageOptions> = {
  usage: 'list',
  about: "Lists the imported snapshots of a release's graph, newest first.",
  options: (command) => pageOptions(command.option(releaseOption, releaseAbout)),
  examples: ['snapshots list --release bookworm'],
  run: async (context, _args, options) => {
    const release = await releaseOf(context, options.release);
    const reply = await pagesOf(
      options,
      (page) => context.client.call(doors.resolver.snapshots, { release, ...page }),
      (one) => [one.snapshots],
    );
    const rows = reply.snapshots.map((one) => [
      ...[one.snapshot, orDash(one.name), when(one.at), String(one.report.counts['components'] ?? 0)],
      one.pruned ? 'pruned' : one.because,
    ]);
    context.show(reply, () =>
      [
        table(['SNAPSHOT', 'NAME', 'AT', 'COMPONENTS', ''], rows, 'none was imported'),
        ...(reply.importing
          ? [`import ${reply.importing.number} (${reply.importing.kind}) runs since ${when(reply.importing.since)}`]
          : []),
        ...(reply.last?.problem ? [context.paint('red', `${reply.last.text}: ${reply.last.problem}`)] : []),
      ].join('\n'),
    );
  },
};

export const snapshotsName: Leaf<Options & { readonly none?: boolean }> = {
  usage: 'name <snapshot> [name]',
  about: 'Gives a snapshot a name, by which it can be asked for; a named one is never pruned.',
  options: (command) => command.option(releaseOption, releaseAbout).option('--none', 'takes its name away'),
  examples: ['snapshots name bookworm-i1 before-perl --release bookworm'],
  run: async (context, args, options) => {
    const release = await releaseOf(context, options.release);
    const [snapshot, name] = [args.text(0), args.optional(1) ?? null];
    if ((name === null) !== (options.none === true)) throw misused('no name is given', 'give a name, or --none');
    const reply = await context.client.call(doors.resolver.snapshotName, { release, snapshot, name });
    context.show(reply, () => reply.text);
  },
};

export const snapshotsPrune: Leaf<Options & { readonly keep: string }> = {
  usage: 'prune',
  about: 'Drops old snapshots; the newest and those with a name stay.',
  options: (command) => command.option(releaseOption, releaseAbout).option('--keep <n>', 'how many stay', '5'),
  examples: ['snapshots prune --release bookworm --keep 3'],
  run: async (context, _args, options) => {
    const release = await releaseOf(context, options.release);
    const keep = Number(options.keep);
    if (!Number.isInteger(keep) || keep < 1) throw misused(`'${options.keep}' is no number`, 'give --keep 1 or more');
    const reply = await context.client.call(doors.resolver.snapshotPrune, { release, keep });
    context.show(reply, () => [reply.text, ...reply.pruned].join('\n'));
  },
};

const formats = ['json', 'graphml', 'dot'] as const;

interface ExportOptions extends Options, PageOptions {
  readonly snapshot?: string;
  readonly format: string;
  readonly output?: string;
}

export const snapshotsExport: Leaf<ExportOptions> = {
  usage: 'export [snapshot]',
  about: 'Writes a snapshot as JSON, GraphML or DOT.',
  options: (command) =>
    pageOptions(command.option(releaseOption, releaseAbout))
      .option('--snapshot <id>', 'the same as naming it; default: the newest')
      .option('--format <format>', formats.join(', '), 'json')
      .option('--output <file>', 'where to; default: standard output'),
  examples: ['snapshots export --release bookworm --format dot --output bookworm.dot'],
  run: async (context, args, options) => {
    const release = await releaseOf(context, options.release);
    const format = formats.find((one) => one === options.format);
    if (!format) throw misused(`'${options.format}' is no format`, `choose from ${formats.join(', ')}`);
    const { limit, offset, snapshot = args.optional(0) } = options;
    const asked = { release, snapshot, format, limit, offset };
    const reply = await context.client.call(doors.resolver.snapshotExport, asked);
    if (options.output === undefined) return context.show(reply, () => reply.text);
    await writeFile(options.output, reply.text);
    context.show(
      { snapshot: reply.snapshot, format, file: options.output },
      () => `${reply.snapshot} is in ${options.output}`,
    );
  },
};
