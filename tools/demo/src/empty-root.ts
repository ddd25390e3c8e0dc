import { chmod, lstat, mkdir, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ran, runCommand } from '@millrace/testing/stories';

/** A root with nothing of a distribution in it. The host's /usr shines through from below and is only read. */
export interface EmptyRoot {
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
}

const mountPoints = ['usr', 'proc', 'dev', 'tmp', 'var/tmp', 'var/cache', 'etc/rpm', 'etc/alternatives', 'root', 'mnt'];
// Constant: everything that varies comes in as positional parameters.
const mountOverlay = 'cd "$1" && mount -t overlay overlay -o "$2" merged && shift 2 && exec "$@"';

export async function makeEmptyRoot(dir: string, env: NodeJS.ProcessEnv): Promise<EmptyRoot> {
  await chmod(join(dir, 'work', 'work'), 0o700).catch(() => undefined);
  await rm(dir, { recursive: true, force: true });
  for (const name of ['usr', 'work', 'merged', ...mountPoints.map((point) => join('root', point))])
    await mkdir(join(dir, name), { recursive: true });
  await laySkeleton(join(dir, 'skeleton'), '/usr', 4);
  await Promise.all(['bin', 'lib', 'lib64', 'sbin'].map((name) => likeHost(name, join(dir, 'root', name))));
  const etc = join(dir, 'root', 'etc');
  await writeFile(join(etc, 'rpm', 'macros'), '%_dbpath /var/lib/rpm\n');
  await writeFile(join(etc, 'passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  await writeFile(join(etc, 'group'), 'root:x:0:\n');
  return { dir, env };
}

/** `dnf install`, from one tree and nothing else, without network and without capabilities. */
export function installInto(root: EmptyRoot, tree: string, packages: readonly string[]): Promise<Ran> {
  const dnf = [
    ...['dnf', '-y', '--noplugins', '--nogpgcheck', '--releasever=1', '--repofrompath=compose,file:///mnt'],
    ...['--repo=compose', '--setopt=reposdir=/nonexistent', '--setopt=install_weak_deps=0'],
    ...['--setopt=module_platform_id=platform:millrace', '--setopt=cachedir=/var/cache/dnf'],
  ];
  return inside(root, 'install', ['--ro-bind', tree, '/mnt'], [...dnf, 'install', ...packages]);
}

export function runIn(root: EmptyRoot, argv: readonly string[]): Promise<Ran> {
  return inside(root, 'run', [], argv);
}

function inside(
  { dir, env }: EmptyRoot,
  mode: 'install' | 'run',
  show: readonly string[],
  argv: readonly string[],
): Promise<Ran> {
  const lower = `${join(dir, 'skeleton')}:/usr`;
  const overlay =
    mode === 'install'
      ? `lowerdir=${lower},upperdir=usr,workdir=work,userxattr`
      : `ro,lowerdir=${join(dir, 'usr')}:/usr,userxattr`;
  const bind = mode === 'install' ? '--bind' : '--ro-bind';
  const bwrap = [
    ...['bwrap', '--unshare-user', '--uid', '0', '--gid', '0', '--cap-drop', 'ALL', '--unshare-net', '--unshare-pid'],
    ...['--unshare-ipc', '--unshare-uts', '--die-with-parent', '--new-session', '--clearenv'],
    ...[
      '--setenv',
      'PATH',
      '/usr/sbin:/usr/bin:/sbin:/bin',
      '--setenv',
      'HOME',
      '/root',
      '--setenv',
      'LC_ALL',
      'C.UTF-8',
    ],
    ...[bind, join(dir, 'root'), '/', bind, join(dir, 'merged'), '/usr'],
    ...['--ro-bind-try', '/etc/alternatives', '/etc/alternatives', '--proc', '/proc', '--dev', '/dev'],
    ...['--tmpfs', '/tmp', '--tmpfs', '/var/tmp', ...show, '--', ...argv],
  ];
  const path = `${env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`;
  const outer = ['unshare', '-Urm', '/bin/bash', '-c', mountOverlay, 'overlay', dir, overlay, ...bwrap] as const;
  return runCommand({ argv: outer as unknown as [string, ...string[]], env: { PATH: path } });
}

/** The folders of the host's /usr, empty: an overlay lets nobody write into a folder whose owner is not mapped. */
async function laySkeleton(dir: string, from: string, depth: number): Promise<void> {
  await mkdir(dir, { recursive: true });
  if (depth === 0) return;
  const entries = await readdir(from, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== 'node_modules');
  await Promise.all(folders.map(({ name }) => laySkeleton(join(dir, name), join(from, name), depth - 1)));
}

/** On a merged /usr, /bin and friends are links into it. */
async function likeHost(name: string, path: string): Promise<void> {
  const entry = await lstat(`/${name}`).catch(() => null);
  if (entry?.isSymbolicLink()) await symlink((await readlink(`/${name}`)).replace(/^\//, ''), path);
}
