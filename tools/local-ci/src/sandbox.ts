import { randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * An empty root with the host's /usr below it. What is installed into /usr lands in `usr`, everything else in `root`;
 * the host itself is only read.
 */
export interface Root {
  readonly dir: string;
  readonly skeleton: string;
}

export interface Inside {
  /** `install`: root and /usr are writable. `run`: nothing is, but /tmp. */
  readonly mode: 'install' | 'run';
  /** Folders of the host that are shown read-only: [from, to]. */
  readonly show: readonly (readonly [string, string])[];
  readonly argv: readonly string[];
}

const mountPoints = ['usr', 'proc', 'dev', 'tmp', 'var/tmp', 'var/cache', 'etc/rpm', 'etc/alternatives', 'root', 'mnt'];
const etcFiles = {
  'rpm/macros': '%_dbpath /var/lib/rpm\n',
  passwd: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n',
  group: 'root:x:0:\nnobody:x:65534:\n',
} as const;
const topNames = ['bin', 'lib', 'lib64', 'sbin'] as const;
const limits = ['--nproc=256', `--as=${2 ** 32}`, `--fsize=${2 ** 30}`, '--nofile=1024', '--core=0'];
// Constant: everything that varies comes in as positional parameters.
const mountOverlay = 'cd "$1" && mount -t overlay overlay -o "$2" merged && shift 2 && exec "$@"';

/**
 * Lays out the folders of the host's /usr, empty, in `dir`. They lie between the host and what is installed: an overlay
 * lets nobody write into a folder whose owner is not mapped, as the host's root is not for a normal user.
 */
export async function laySkeleton(dir: string, from = '/usr', depth = 4): Promise<void> {
  await mkdir(dir, { recursive: true });
  if (depth === 0) return;
  const entries = await readdir(from, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory());
  await Promise.all(folders.map(({ name }) => laySkeleton(join(dir, name), join(from, name), depth - 1)));
}

export async function makeRoot(parent: string, skeleton: string): Promise<Root> {
  const dir = join(parent, randomUUID());
  await Promise.all(['root', 'usr', 'work', 'merged'].map((name) => mkdir(join(dir, name), { recursive: true })));
  const root = { dir, skeleton };
  await furnish(root);
  return root;
}

/** Mount points, the names beside /usr and a small /etc, where the root does not have its own. */
async function furnish({ dir }: Root): Promise<void> {
  const root = join(dir, 'root');
  await Promise.all(mountPoints.map((name) => mkdir(join(root, name), { recursive: true })));
  await Promise.all(topNames.map((name) => likeHost(name, join(root, name))));
  const write = ([name, text]: [string, string]) =>
    writeFile(join(root, 'etc', name), text, { flag: 'wx' }).catch(unlessThere);
  await Promise.all(Object.entries(etcFiles).map(write));
}

export async function dropRoot({ dir }: Root): Promise<void> {
  // The kernel leaves a folder there that even its owner may not read.
  await chmod(join(dir, 'work/work'), 0o700).catch(() => undefined);
  await rm(dir, { recursive: true, force: true });
}

/**
 * The command that runs `argv` in the root: own user, mount, process, network, IPC and host name spaces, no capability,
 * no network. Works for root and for normal users alike.
 */
export function commandIn({ dir, skeleton }: Root, { mode, show, argv }: Inside): readonly string[] {
  const lower = `${skeleton}:/usr`;
  const overlay =
    mode === 'install'
      ? `lowerdir=${lower},upperdir=usr,workdir=work,userxattr`
      : `ro,lowerdir=${join(dir, 'usr')}:/usr,userxattr`;
  const bind = mode === 'install' ? '--bind' : '--ro-bind';
  const bwrap = [
    ...['bwrap', '--unshare-user', '--uid', '0', '--gid', '0', '--cap-drop', 'ALL', '--unshare-net', '--unshare-pid'],
    ...['--unshare-ipc', '--unshare-uts', '--die-with-parent', '--new-session', '--hostname', 'ci', '--clearenv'],
    ...Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value]),
    ...[bind, join(dir, 'root'), '/', bind, join(dir, 'merged'), '/usr'],
    ...['--ro-bind-try', '/etc/alternatives', '/etc/alternatives', '--proc', '/proc', '--dev', '/dev'],
    ...['--tmpfs', '/tmp', '--tmpfs', '/var/tmp', '--tmpfs', '/mnt'],
    ...show.flatMap(([from, to]) => ['--ro-bind', from, to]),
    ...['--', 'prlimit', ...limits, '--', ...argv],
  ];
  return ['unshare', '-Urm', '/bin/bash', '-c', mountOverlay, 'overlay', dir, overlay, ...bwrap];
}

const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LC_ALL: 'C.UTF-8', TZ: 'UTC' };

/** On a merged /usr, /bin and friends are links into it. */
async function likeHost(name: string, path: string): Promise<void> {
  const entry = await lstat(`/${name}`).catch(() => null);
  if (!entry?.isSymbolicLink()) return;
  const target = await readlink(`/${name}`);
  await symlink(target.replace(/^\//, ''), path).catch(unlessThere);
}

function unlessThere(thrown: NodeJS.ErrnoException): void {
  if (thrown.code !== 'EEXIST') throw thrown;
}
