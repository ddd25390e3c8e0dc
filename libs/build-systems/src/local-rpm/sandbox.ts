import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildLimits } from './build-folder';

/** What of the machine the sandboxes stand on. Paths are relative to the builder's folder. */
export interface Host {
  /** The builder's folder, absolute. */
  readonly dir: string;
  /** The caller is root: it puts the work into the hands of an unprivileged user first. */
  readonly asRoot: boolean;
  /** Folders of the host's /usr, empty, owned by the sandbox's user: what makes them writable in an overlay. */
  readonly skeleton: string;
  /** A private /etc. */
  readonly etc: string;
  readonly platformRpm: string;
  /** The host's names beside /usr: `/lib64 -> usr/lib64`, or folders of their own. */
  readonly top: readonly { readonly name: string; readonly link: string | null }[];
}

export interface Bind {
  /** Relative to the builder's folder. */
  readonly from: string;
  readonly to: string;
  readonly writable?: boolean;
}

/**
 * What `/` is inside. `host`: nothing but the host's /usr, read-only. `install`: the build root below the work folder,
 * writable, the host's /usr shining through from below. `build`: the same, read-only.
 */
export type SandboxRoot = 'host' | 'install' | 'build';

export interface Sandbox {
  readonly root: SandboxRoot;
  /** The work folder, relative to the builder's folder. Without one, `host` roots have a small /tmp in memory. */
  readonly work: string | null;
  readonly binds: readonly Bind[];
  readonly env?: Readonly<Record<string, string>>;
  readonly path: string;
  readonly limits: BuildLimits;
  readonly argv: readonly string[];
}

/** The user that does all work when the builder is started by root: it owns nothing else on the machine. */
const sandboxUser = 65_534;

/** Where root's helper shows the builder's folder to that user, who may not walk the way to its real place. */
const shownAt = '/mnt';

const memoryFolderBytes = String(64 * 1024 * 1024);

// Constant texts: everything that varies comes in as positional parameters.
const showFolder =
  'mount --bind "$1" "$2" && shift 2 && exec setpriv --reuid="$1" --regid="$1" --clear-groups -- "${@:2}"';
const mountOverlay = 'cd "$1" && mount -t overlay overlay -o "$2" usr-merged && shift 2 && exec "$@"';

const overlayOf = {
  install: (skeleton: string) => `lowerdir=${skeleton}:/usr,upperdir=usr-upper,workdir=usr-work,userxattr`,
  build: () => 'ro,lowerdir=usr-upper:/usr,userxattr',
} as const;

/**
 * The command that runs `argv` in a sandbox: own user, mount, process, network, IPC and host name spaces, no capability,
 * no way to get one (user namespaces inside are off), no network, and of the file system only what is bound. It is made
 * by an unprivileged user in every case, so that even what breaks out is nobody's.
 */
export function sandboxCommand(host: Host, box: Sandbox): readonly string[] {
  const bwrap = ['bwrap', ...isolation(box), ...rootOf(host, box), ...limited(box)];
  if (box.root === 'host' || box.work === null) return asBuilder(host, bwrap);
  const up = box.work.split('/').map(() => '..');
  const options = overlayOf[box.root]([...up, host.skeleton].join('/'));
  const work = seen(host, box.work);
  return asBuilder(host, ['unshare', '-Urm', '/bin/bash', '-c', mountOverlay, 'overlay', work, options, ...bwrap]);
}

/** Runs a command of ours as the unprivileged user, without a sandbox: for files that sandboxes will own. */
export function asBuilder(host: Pick<Host, 'dir' | 'asRoot'>, argv: readonly string[]): readonly string[] {
  if (!host.asRoot) return argv;
  const enter = ['unshare', '-m', '--propagation', 'private', '/bin/bash', '-c', showFolder, 'show'];
  return [...enter, host.dir, shownAt, String(sandboxUser), ...argv];
}

/** Gives a folder to the user who works in sandboxes; nothing to do unless the caller is root. */
export async function giveToBuilder(host: Pick<Host, 'asRoot'>, folder: string): Promise<void> {
  if (host.asRoot) await chown(folder, sandboxUser, sandboxUser);
}

/** Path of something in the builder's folder as the unprivileged user sees it. */
export function seen(host: Pick<Host, 'dir' | 'asRoot'>, path: string): string {
  return join(host.asRoot ? shownAt : host.dir, path);
}

function isolation({ env, path }: Sandbox): string[] {
  const variables = { PATH: path, HOME: '/root', LC_ALL: 'C.UTF-8', TZ: 'UTC', ...env };
  return [
    ...['--unshare-user', '--uid', '0', '--gid', '0', '--cap-drop', 'ALL', '--disable-userns'],
    ...['--unshare-net', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...['--die-with-parent', '--new-session', '--hostname', 'millrace', '--clearenv'],
    ...Object.entries(variables).flatMap(([name, value]) => ['--setenv', name, value]),
  ];
}

function rootOf(host: Host, box: Sandbox): string[] {
  const work = seen(host, box.work ?? '');
  const scratch =
    box.work === null
      ? ['/tmp', '/var/tmp'].flatMap((path) => ['--size', memoryFolderBytes, '--tmpfs', path])
      : ['--bind', join(work, 'tmp'), '/tmp', '--bind', join(work, 'tmp'), '/var/tmp'];
  const base = {
    host: ['--ro-bind', '/usr', '/usr', '--ro-bind', seen(host, host.etc), '/etc', ...scratch],
    install: ['--bind', join(work, 'root'), '/', '--bind', join(work, 'usr-merged'), '/usr'],
    build: ['--ro-bind', join(work, 'root'), '/', '--ro-bind', join(work, 'usr-merged'), '/usr', ...scratch],
  }[box.root];
  const binds = box.binds.flatMap((b) => [b.writable ? '--bind' : '--ro-bind', seen(host, b.from), b.to]);
  return [
    ...base,
    ...host.top.flatMap((t) => topEntry(box.root, t)),
    ...[
      '--ro-bind-try',
      '/etc/alternatives',
      '/etc/alternatives',
      '--ro-bind-try',
      '/etc/ld.so.conf.d',
      '/etc/ld.so.conf.d',
    ],
    ...['--proc', '/proc', '--dev', '/dev', '--size', memoryFolderBytes, '--tmpfs', '/dev/shm', '--remount-ro', '/dev'],
    ...binds,
    ...(box.root === 'host' ? ['--remount-ro', '/'] : []),
  ];
}

/** A build root has the links from its beginning: bwrap 0.8 makes none that is there already. */
function topEntry(root: SandboxRoot, { name, link }: Host['top'][number]): string[] {
  if (link === null) return ['--ro-bind', `/${name}`, `/${name}`];
  return root === 'host' ? ['--symlink', link, `/${name}`] : [];
}

/** Set inside the innermost namespace, where the count of processes is the sandbox's own. */
function limited({ limits, argv }: Sandbox): readonly string[] {
  const { processes, memoryBytes, diskBytes } = limits;
  const bounds = [`--nproc=${processes}`, `--as=${memoryBytes}`, `--fsize=${diskBytes}`, '--nofile=4096', '--core=0'];
  return ['--', 'prlimit', ...bounds, '--', ...argv];
}
