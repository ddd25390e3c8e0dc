import type { SourceRef } from '@millrace/contracts';
import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, opendir, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildStop } from '../build-stop';
import { inWork, runBoxed, runPlain, type Workshop } from '../job';
import { giveToBuilder } from '../sandbox';

export interface FetchedSource {
  /** Where its files are, absolute. They are the work of strangers: links in it lead anywhere. */
  readonly folder: string;
  /** Seconds since 1970 of the newest thing in it: what a build takes for now. */
  readonly epoch: number;
}

const stage = 'source';

/** Lays the source's files into the work folder. Nothing of them is run. */
export async function fetchSource(shop: Workshop, source: SourceRef): Promise<FetchedSource> {
  const folder = inWork(shop, 'top/SOURCES');
  switch (source.kind) {
    case 'git':
      return { folder, epoch: await checkOut(shop, source.url, source.commit) };
    case 'folder':
      return {
        folder,
        epoch: await copyFolder(source.path, folder, { host: shop.host, left: shop.settings.limits.diskBytes }),
      };
    case 'srpm':
      return { folder, epoch: await unpackSrpm(shop, source.path) };
  }
}

/** A repository's own configuration and hooks are never used, and no program is asked for a password. */
const gitConfiguration = `[protocol]
\tallow = never
[protocol "file"]
\tallow = always
[protocol "https"]
\tallow = always
[safe]
\tdirectory = *
[core]
\thooksPath = /dev/null
\tfsmonitor = false
\tsymlinks = true
[init]
\tdefaultBranch = main
[gc]
\tauto = 0
`;

async function checkOut(shop: Workshop, url: string, commit: string): Promise<number> {
  const address = addressOf(url);
  const configuration = inWork(shop, 'git.conf');
  await writeFile(configuration, gitConfiguration);
  const env = {
    HOME: '/nonexistent',
    GIT_CONFIG_GLOBAL: configuration,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    GIT_LITERAL_PATHSPECS: '1',
  };
  const repository = inWork(shop, 'git');
  const fsize = `--fsize=${shop.settings.limits.diskBytes}`;
  const git = (...args: string[]) =>
    runPlain(shop, stage, ['prlimit', fsize, 'git', '--git-dir', repository, ...args], 'returned', env);
  await git('init', '--quiet', '--bare', repository);
  const fetched = await git('fetch', '--quiet', '--no-tags', '--depth=1', '--', address, commit);
  // Servers of old may refuse a bare commit: then everything is fetched.
  if (fetched.code !== 0) await git('fetch', '--quiet', '--no-tags', '--', address, '+refs/*:refs/fetched/*');
  const time = await git('show', '--no-patch', '--format=%ct', commit, '--');
  const archive = await git('archive', '--format=tar', '-o', inWork(shop, 'source.tar'), commit);
  if (time.code !== 0 || archive.code !== 0) {
    throw new BuildStop(stage, `commit ${commit} could not be fetched from ${url.slice(0, 200)}`, 'source');
  }
  const unpack = ['tar', '-xf', '/source.tar', '-C', '/builddir/SOURCES', '--no-same-owner', '--no-same-permissions'];
  const binds = [
    { from: join(shop.work, 'source.tar'), to: '/source.tar' },
    { from: join(shop.work, 'top'), to: '/builddir', writable: true },
  ];
  const { code } = await runBoxed(shop, stage, { root: 'host', binds, argv: unpack });
  if (code !== 0) throw new BuildStop(stage, `the files of commit ${commit} could not be unpacked`, 'source');
  return Number(time.stdout.trim());
}

function addressOf(url: string): string {
  if (url.startsWith('/')) return `file://${url}`;
  if (/^(file|https):\/\//.test(url)) return url;
  throw new BuildStop(
    stage,
    `the source address ${url.slice(0, 200)} is none of https://, file:// and a path`,
    'source',
  );
}

interface Room {
  readonly host: Workshop['host'];
  /** Bytes that may still be copied. */
  left: number;
}

/** Copies folders, regular files and symbolic links (as links); gives the newest change in seconds. */
async function copyFolder(from: string, to: string, room: Room): Promise<number> {
  const entries = await opendir(from).catch(() => null);
  if (!entries) throw new BuildStop(stage, `the source folder ${from} cannot be read`, 'source');
  let newest = 0;
  for await (const entry of entries) {
    if (entry.name === '.git') continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    newest = Math.max(newest, await copyEntry(source, target, room));
  }
  return newest;
}

async function copyEntry(source: string, target: string, room: Room): Promise<number> {
  const stat = await lstat(source);
  room.left -= stat.size;
  if (room.left < 0) throw new BuildStop(stage, `the source at ${source} is larger than a build may be`, 'limits');
  if (stat.isSymbolicLink()) await symlink(await readlink(source), target);
  if (stat.isFile()) await copyFile(source, target, constants.COPYFILE_EXCL);
  if (stat.isDirectory()) await mkdir(target);
  if (stat.isFile() || stat.isDirectory()) await giveToBuilder(room.host, target);
  if (!stat.isDirectory()) return Math.floor(stat.mtimeMs / 1000);
  // A folder's own time tells when it was copied, not when its content changed.
  return copyFolder(source, target, room);
}

const unpackAll =
  'rpm -i --define "_specdir /builddir/SOURCES" /source.src.rpm && rpm -qp --qf "%{BUILDTIME}" /source.src.rpm';

async function unpackSrpm(shop: Workshop, path: string): Promise<number> {
  const file = await lstat(path).catch(() => null);
  if (!file?.isFile()) throw new BuildStop(stage, `there is no source package at ${path}`, 'source');
  await copyFile(path, inWork(shop, 'source.src.rpm'));
  const binds = [
    { from: join(shop.work, 'source.src.rpm'), to: '/source.src.rpm' },
    { from: join(shop.work, 'top'), to: '/builddir', writable: true },
  ];
  const argv = ['/bin/sh', '-c', unpackAll];
  const { code, stdout } = await runBoxed(shop, stage, { root: 'host', binds, argv, output: 'returned' });
  if (code !== 0) throw new BuildStop(stage, `${path} is no source package that rpm can read`, 'source');
  return Number(stdout.trim()) || 0;
}
