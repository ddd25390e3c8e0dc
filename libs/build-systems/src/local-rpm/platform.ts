import { AppError } from '@millrace/kernel';
import { chmod, mkdir, readFile, readdir, readlink, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runStep } from './run-step';
import { giveToBuilder, sandboxCommand, type Host } from './sandbox';

/** The package that stands for the host: no files, but provides for what the host's /usr supplies to every root. */
export const platformName = 'platform';

type BareHost = Omit<Host, 'platformRpm'>;

/** Writes `platform-<version>-1.noarch.rpm` into the folder. Made once per builder folder, so its NVR is stable there. */
export async function makePlatformRpm(host: BareHost, folder: string, path: string): Promise<void> {
  const work = folder.slice(host.dir.length + 1);
  const top = join(folder, 'top');
  for (const made of [join(folder, 'tmp'), top, join(top, 'SPECS')]) {
    await mkdir(made);
    await giveToBuilder(host, made);
  }
  const spec = platformSpec(await platformVersion(), await commandProvides(), await pythonAbi());
  await writeFile(join(top, 'SPECS/platform.spec'), spec);
  const argv = ['/bin/bash', '-c', makeRpm, 'platform', ...(await runtimeLibraries())];
  const { code, stderr } = await runStep({
    argv: sandboxCommand(
      { ...host, platformRpm: '' },
      {
        root: 'host',
        work,
        binds: [{ from: join(work, 'top'), to: '/builddir', writable: true }],
        env: { SOURCE_DATE_EPOCH: '0' },
        path,
        limits: { seconds: 60, memoryBytes: 2 ** 32, processes: 200, diskBytes: 2 ** 30 },
        argv,
      },
    ),
    path,
    output: 'returned',
  });
  if (code !== 0) throw unready(stderr);
  const built = join(top, 'RPMS/noarch');
  const name = (await readdir(built)).find((file) => file.endsWith('.noarch.rpm'));
  if (!name) throw unready(`rpmbuild left nothing in ${built}`);
  await rename(join(built, name), join(folder, name));
  await chmod(join(folder, name), 0o644);
  await Promise.all([top, join(folder, 'tmp')].map((made) => rm(made, { recursive: true, force: true })));
}

const makeRpm =
  'set -e; for lib in "$@"; do echo "$lib" | /usr/lib/rpm/elfdeps --provides; done | sort -u | sed "s/^/Provides: /" ' +
  '> /builddir/SPECS/elf.inc; rpmbuild -bb --quiet --define "_binary_payload w1.gzdio" /builddir/SPECS/platform.spec';

function platformSpec(version: string, provides: readonly string[], python: string | null): string {
  return [
    `Name: ${platformName}`,
    `Version: ${version}`,
    'Release: 1',
    "Summary: What the host's /usr supplies to every build root and image",
    'License: Apache-2.0',
    'BuildArch: noarch',
    'Provides: rtld(GNU_HASH)',
    ...provides.map((name) => `Provides: ${name}`),
    ...(python ? [`Provides: python(abi) = ${python}`] : []),
    '%include /builddir/SPECS/elf.inc',
    '%description',
    'Has no files: they are those of the machine, which are shown read-only below every build root.',
    '%files',
    '',
  ].join('\n');
}

/** Version of the host's distribution, with only what an RPM version may hold. */
async function platformVersion(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const version = /^VERSION_ID="?([^"\n]*)"?$/m.exec(text)?.[1] ?? '';
  return version.replace(/[^A-Za-z0-9.]/g, '') || '1';
}

const filesByName: Readonly<Record<string, string>> = {
  bash: '/usr/bin/bash',
  binutils: '/usr/bin/ld',
  bzip2: '/usr/bin/bzip2',
  coreutils: '/usr/bin/ls',
  diffutils: '/usr/bin/diff',
  file: '/usr/bin/file',
  findutils: '/usr/bin/find',
  gawk: '/usr/bin/awk',
  gcc: '/usr/bin/gcc',
  'gcc-c++': '/usr/bin/g++',
  glibc: '/usr/sbin/ldconfig',
  'glibc-devel': '/usr/include/stdio.h',
  grep: '/usr/bin/grep',
  gzip: '/usr/bin/gzip',
  make: '/usr/bin/make',
  patch: '/usr/bin/patch',
  perl: '/usr/bin/perl',
  python3: '/usr/bin/python3',
  'rpm-build': '/usr/bin/rpmbuild',
  sed: '/usr/bin/sed',
  tar: '/usr/bin/tar',
  xz: '/usr/bin/xz',
};

const pathsAsRequired = [
  ...['/bin/bash', '/bin/sh', '/sbin/ldconfig', '/usr/bin/awk', '/usr/bin/bash', '/usr/bin/env', '/usr/bin/perl'],
  ...['/usr/bin/python3', '/usr/bin/sed', '/usr/bin/sh', '/usr/sbin/ldconfig'],
];

async function commandProvides(): Promise<readonly string[]> {
  const names = await Promise.all(
    Object.entries(filesByName).map(async ([name, path]) => ((await exists(path)) ? [name] : [])),
  );
  const paths = await Promise.all(pathsAsRequired.map(async (path) => ((await exists(path)) ? [path] : [])));
  return [...names.flat(), ...paths.flat()];
}

async function pythonAbi(): Promise<string | null> {
  const target = await readlink('/usr/bin/python3').catch(() => '');
  return /python(3\.\d+)$/.exec(target)?.[1] ?? null;
}

const librariesWanted = /^(lib(c|m|dl|rt|util|resolv|pthread|gcc_s|stdc\+\+)\.so\.\d+|ld-linux[\w-]*\.so\.\d+)$/;

/** The C and C++ run-time libraries; every other library has to come from the release. */
async function runtimeLibraries(): Promise<readonly string[]> {
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string] ?? process.arch;
  const found = await Promise.all(
    [`/usr/lib/${machine}-linux-gnu`, '/lib64', '/usr/lib64'].map(async (folder) => {
      const names = await readdir(folder).catch(() => []);
      return names.filter((name) => librariesWanted.test(name)).map((name) => join(folder, name));
    }),
  );
  return found.flat();
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

function unready(why: string): AppError {
  return new AppError({
    code: 'local-rpm-host-unready',
    kind: 'unavailable',
    message: `the platform package could not be made: ${why.trim().slice(0, 500)}`,
    remedy: 'run `millrace doctor`; it names what the machine lacks',
  });
}
