import { doors, importKinds, type DoorRequest } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { misused, type Context } from '../context';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';
import { collected } from './graph-options';

interface Options {
  readonly release?: string;
  readonly sources: readonly string[];
  readonly packages: readonly string[];
  readonly arch: string;
}

type Order = DoorRequest<typeof doors.resolver.importFiles>;

export const graphImport: Leaf<Options> = {
  usage: 'import [what] [files...]',
  about:
    `Imports a release's graph again from its own sources or, with ${importKinds.join(', ')}, from files. ` +
    'The release need not be defined for that. Unchanged input makes no new snapshot.',
  options: (command) =>
    command
      .option('--release <name>', 'the release; not needed when there is only one')
      .option('--sources <file>', 'deb822: the Sources; rpm-md: a repository of source packages', collected, [])
      .option('--packages <file>', 'deb822: the Packages; rpm-md: a repository of binary packages', collected, [])
      .option('--arch <name>', 'deb822: the architecture', 'amd64'),
  examples: [
    'graph import minidistro',
    'graph import deb822 --release bookworm --sources Sources.xz --packages Packages.xz',
    'graph import rpm-md --release f43 --packages /srv/repo/x86_64 --sources /srv/repo/source',
    'graph import modulemd --release f43 modules.yaml',
  ],
  run: async (context, args, options) => {
    const what = args.optional(0);
    const kind = importKinds.find((one) => one === what);
    if (!kind) return importOwn(context, await releaseOf(context, options.release ?? what));
    if (options.release === undefined) throw misused('no release is named', 'name one with --release');
    const files = [...args.list(1), ...options.sources].map(addressOf);
    const { arch } = options;
    await importFrom(context, {
      ...{ release: options.release, kind, arch, sources: files },
      packages: options.packages.map(addressOf),
    });
  },
};

async function importOwn(context: Context, release: string): Promise<void> {
  const reply = await context.client.call(doors.resolver.graphImport, { release });
  context.show(reply, () => reply.text);
}

/** The resolver works elsewhere: it is given whole paths. */
function addressOf(path: string): string {
  return /^[a-z]+:\/\//.test(path) ? path : resolve(path);
}

async function importFrom(context: Context, order: Order): Promise<void> {
  const started = Date.now();
  const { number, text } = await context.client.call(doors.resolver.importFiles, order);
  context.note(text);
  for (let n = 1; ; n++) {
    const all = await statusOf(context, order.release);
    if (all.last && all.last.number >= number) return ended(context, order.release, all);
    if (n % 20 === 0) context.note(`reading, ${Math.round((Date.now() - started) / 1000)} s`);
    await sleep(250);
  }
}

function ended(context: Context, release: string, all: Awaited<ReturnType<typeof statusOf>>): void {
  const { last, newest, snapshots } = all;
  if (last!.problem !== null) {
    throw new AppError({
      code: 'import-failed',
      kind: 'invalid',
      message: `${last!.text}: ${last!.problem}`,
      remedy: 'mend what it names and import again',
    });
  }
  const report = snapshots[0]?.report;
  context.show({ release, snapshot: newest, text: last!.text, report }, () =>
    [
      `${release}: ${last!.text}`,
      ...Object.entries(report?.counts ?? {}).map(([what, count]) => `  ${what.replaceAll('_', ' ')}: ${count}`),
      ...Object.entries(report?.unresolved ?? {}).map(
        ([kind, of]) => `  unresolved (${kind}): ${of.total}: ${of.examples[0]}`,
      ),
      ...(report?.changes
        ? [
            `  changes: ${report.changes.added} added, ${report.changes.removed} removed, ${report.changes.changed} changed`,
          ]
        : []),
      ...(report?.problems ?? []).slice(0, 10),
    ].join('\n'),
  );
}

function statusOf(context: Context, release: string) {
  return context.client.call(doors.resolver.snapshots, { release, limit: 1 });
}
