import { AppError, sha256 } from '@millrace/kernel';
import { randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readlink, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePlatformRpm } from './platform';
import { codeOf } from './json-file';
import { runStep } from './run-step';
import { asBuilder, giveToBuilder, seen, type Host } from './sandbox';

/**
 * Gives what sandboxes stand on, and makes it when it is not there (some seconds, once per builder folder): a private
 * /etc, the platform package, and the skeleton of /usr, made anew when the host's packages changed.
 */
export async function prepareHost(dir: string, path: string): Promise<Host> {
  await mkdir(join(dir, 'host'), { recursive: true });
  const start = { dir, asRoot: process.getuid!() === 0, top: await topOfHost() };
  if (start.asRoot) await letThrough(dir);
  await once(join(dir, 'host'), 'etc', (draft) => writeEtc(draft));
  const skeleton = `skeleton-${await stateOfHostPackages()}`;
  await once(join(dir, 'host'), skeleton, (draft) => makeSkeleton(start, draft, path));
  const host = { ...start, skeleton: `host/${skeleton}`, etc: 'host/etc' };
  await once(join(dir, 'host'), 'platform', (draft) => makePlatformRpm(host, draft, path));
  const rpm = (await readdir(join(dir, 'host/platform'))).find((name) => name.endsWith('.rpm'));
  return { ...host, platformRpm: `host/platform/${rpm}` };
}

/** The sandbox's user has to get through the builder's folder, though not to read its list. */
async function letThrough(dir: string): Promise<void> {
  const { mode } = await stat(dir);
  if ((mode & 0o011) !== 0o011) await chmod(dir, mode | 0o011);
}

/** A small /etc: programs find root and nobody, rpm its database and what makes builds repeatable. */
export async function writeEtc(folder: string): Promise<void> {
  await mkdir(join(folder, 'rpm'), { recursive: true });
  // Where the host's own folders are shown.
  await Promise.all(['alternatives', 'ld.so.conf.d'].map((name) => mkdir(join(folder, name), { recursive: true })));
  await Promise.all(
    Object.entries(etcFiles).map(([name, text]) => writeFile(join(folder, name), text, { mode: 0o644 })),
  );
}

/** Files of {@link writeEtc}, and what is made from them: an image leaves them out, since its platform has its own. */
export const etcFiles: Readonly<Record<string, string>> = {
  passwd: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n',
  group: 'root:x:0:\nnobody:x:65534:\n',
  hosts: '127.0.0.1 localhost millrace\n::1 localhost millrace\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
  'ld.so.conf': '/usr/lib64\n/usr/lib\ninclude /etc/ld.so.conf.d/*.conf\n',
  'rpm/macros': [
    '%_dbpath /var/lib/rpm',
    '%_topdir /builddir',
    '%_tmppath /var/tmp',
    '%_buildhost millrace',
    '%_build_id_links none',
    '%use_source_date_epoch_as_buildtime 1',
    '%clamp_mtime_to_source_date_epoch 1',
    '%source_date_epoch_from_changelog 0',
    '',
  ].join('\n'),
};

/** Makes a folder whole, or finds the one that another process made meanwhile. */
async function once(folder: string, name: string, make: (draft: string) => Promise<void>): Promise<void> {
  const path = join(folder, name);
  if (await stat(path).catch(() => null)) return;
  const draft = join(folder, `.draft-${randomUUID()}`);
  await mkdir(draft);
  try {
    await make(draft);
    await rename(draft, path);
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY'].includes(codeOf(error) ?? '')) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function topOfHost(): Promise<Host['top']> {
  const names = ['bin', 'lib', 'lib32', 'lib64', 'libx32', 'sbin'];
  const found = await Promise.all(
    names.map(async (name) => {
      const entry = await lstat(`/${name}`).catch(() => null);
      if (!entry) return null;
      return { name, link: entry.isSymbolicLink() ? (await readlink(`/${name}`)).replace(/^\//, '') : null };
    }),
  );
  return found.filter((entry) => entry !== null);
}

/** Changes when packages of the host are installed or removed. */
async function stateOfHostPackages(): Promise<string> {
  const databases = ['/var/lib/dpkg/status', '/var/lib/rpm/rpmdb.sqlite', '/usr/lib/sysimage/rpm/rpmdb.sqlite'];
  const stats = await Promise.all(databases.map((path) => stat(path).catch(() => null)));
  return sha256(stats.map((s) => (s ? s.mtimeMs : '-')).join(' ')).slice(0, 16);
}

const copyFolders =
  'umask 022; cd /usr && find . -xdev -maxdepth 5 -name node_modules -prune -o ! -readable -prune -o -path "./share/doc/*" -prune -o ' +
  '-path "./src/*" -prune -o -type d -print0 | (cd "$1" && xargs -0 mkdir -p)';

/**
 * An overlay lets nobody write into a folder that an unmapped user owns, as the host's root does. So the same folders,
 * empty, lie over the host's /usr, and belong to the sandbox's user.
 */
async function makeSkeleton(host: Pick<Host, 'dir' | 'asRoot'>, draft: string, path: string): Promise<void> {
  await giveToBuilder(host, draft);
  const target = seen(host, draft.slice(host.dir.length + 1));
  const argv = asBuilder(host, ['/bin/bash', '-o', 'pipefail', '-c', copyFolders, 'copy', target]);
  const { code, stderr } = await runStep({ argv, path, output: 'returned' });
  if (code === 0) return;
  throw new AppError({
    code: 'local-rpm-host-unready',
    kind: 'unavailable',
    message: `the folders of /usr could not be laid out in ${host.dir}: ${stderr.trim().slice(0, 500)}`,
    remedy: 'run `millrace doctor`; it names what the machine lacks for sandboxes',
  });
}
