import { doors, importKinds, type DoorRequest } from '@millrace/contracts';
import type { Command } from 'commander';
import { resolve } from 'node:path';
import { misused, type Context } from '../context';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';
import { collected } from './graph-options';
import { followImport } from './graph-import-report';

export interface ImportOptions {
  readonly release?: string;
  readonly sources: readonly string[];
  readonly packages: readonly string[];
  readonly arch: readonly string[];
  readonly profile: readonly string[];
  readonly hub?: string;
  readonly tag: readonly string[];
  readonly stream: readonly string[];
  readonly maxStreams: string;
  readonly deep?: boolean;
}

type Order = DoorRequest<typeof doors.resolver.importFiles>;

export const graphImport: Leaf<ImportOptions> = {
  usage: 'import [what] [files...]',
  about:
    `Imports a release's graph again from its own sources or, with ${importKinds.join(', ')}, from files, ` +
    'repositories or a hub. The release need not be defined for that. Unchanged input makes no new snapshot.',
  options,
  examples: [
    'graph import minidistro',
    'graph import deb822 --release bookworm --sources Sources.xz --packages Packages.xz --arch amd64',
    'graph import rpm-md --release f43 https://example.org/f43/x86_64/ https://example.org/f43/source/',
    'graph import rpm-md --release f43 --packages /srv/base --packages /srv/mine#priority=10 --arch x86_64',
    "graph import modulemd --release f43 modules.yaml --stream 'perl:5.3*'",
    'graph import containers --release f43 kitchen/Containerfile images.json live.ks',
    'graph import koji --release f43 --hub https://koji.example.org/kojihub --tag f43-updates --tag f43',
    'graph import declared --release f43 stacks.yaml',
  ],
  run: async (context, args, options) => {
    const what = args.optional(0);
    const kind = importKinds.find((one) => one === what);
    if (!kind) return importOwn(context, await releaseOf(context, options.release ?? what));
    if (options.release === undefined) throw misused('no release is named', 'name one with --release');
    await importFrom(context, orderOf(kind, options.release, args.list(1), options));
  },
};

function options(command: Command): Command {
  return command
    .option('--release <name>', 'the release; not needed when there is only one')
    .option('--sources <file>', 'deb822: the Sources; rpm-md: a repository of source packages', collected, [])
    .option('--packages <file>', 'deb822: the Packages; rpm-md: a repository of binary packages', collected, [])
    .option('--arch <name>', 'deb822: the architecture (default amd64); rpm-md, koji: only this one', collected, [])
    .option('--profile <name>', 'deb822: a build profile that holds', collected, [])
    .option('--hub <url>', 'koji: the address of the hub')
    .option('--tag <name>', 'koji: a tag; the first that has a name gives it', collected, [])
    .option('--stream <pattern>', 'modulemd, rpm-md: only these module streams are supported', collected, [])
    .option('--max-streams <n>', 'modulemd, rpm-md: streams of one need that are followed', '100')
    .option('--deep', 'rpm-md: reads the packages themselves; koji: file lists and references of every build');
}

/** What the resolver is told to read. */
export function orderOf(kind: Order['kind'], release: string, files: readonly string[], given: ImportOptions): Order {
  const { arch } = given;
  if (kind === 'deb822' && arch.length > 1) throw misused('deb822 has one architecture', 'give --arch once');
  const maxStreams = Number(given.maxStreams);
  if (!Number.isInteger(maxStreams) || maxStreams < 1) {
    throw misused(`'${given.maxStreams}' is no number`, 'give --max-streams 1 or more');
  }
  return {
    ...{ release, kind, arch: arch[0] ?? 'amd64', arches: kind === 'deb822' ? [] : [...arch] },
    ...placesOf(kind, files, given),
    ...{ profiles: [...given.profile], streams: [...given.stream], max_streams: maxStreams },
    deep: given.deep === true,
  };
}

/** Where everything is; what is named without an option is told by its kind. */
function placesOf(
  kind: Order['kind'],
  files: readonly string[],
  { sources, packages, hub, tag }: ImportOptions,
): Pick<Order, 'sources' | 'packages' | 'tags'> {
  const of = (named: readonly string[]): string[] => named.map(addressOf);
  if (kind === 'koji') {
    const [first, ...others] = hub === undefined ? files : [hub, ...files];
    return { sources: first === undefined ? [] : [first], packages: [], tags: [...tag, ...others] };
  }
  const isPackages = (file: string): boolean =>
    kind === 'rpm-md' || (kind === 'deb822' && /(^|[/_])Packages(\.[a-z0-9]+)?$/.test(file));
  return {
    sources: of([...files.filter((file) => !isPackages(file)), ...sources]),
    packages: of([...files.filter(isPackages), ...packages]),
    tags: [],
  };
}

async function importOwn(context: Context, release: string): Promise<void> {
  const reply = await context.client.call(doors.resolver.graphImport, { release });
  context.show(reply, () => reply.text);
}

/** The resolver works elsewhere: it is given whole paths. */
function addressOf(path: string): string {
  return /^[a-z]+:\/\//.test(path) ? path : resolve(path);
}

async function importFrom(context: Context, order: Order): Promise<void> {
  const { newest } = await context.client.call(doors.resolver.snapshots, { release: order.release, limit: 1 });
  const { number, text } = await context.client.call(doors.resolver.importFiles, order);
  context.note(text);
  await followImport(context, order.release, number, newest);
}
