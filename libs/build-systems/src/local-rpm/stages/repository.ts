import type { BinaryPackage } from '@millrace/contracts';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, chown, lstat, mkdir, readdir, rename, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { BuildStop } from '../build-stop';
import { indexRepository } from '../createrepo';
import { inWork, runBoxed, type Job } from '../job';
import { codeOf } from '../json-file';
import { candidateDir } from '../layout';
import { platformName } from '../platform';
import { parseQuery, queryFormat, type QueriedPackage } from '../rpm-query';

const stage = 'repository';
const plainName = /^[A-Za-z0-9][A-Za-z0-9._+~^-]*\.rpm$/;

/** Takes the results over: RPMs into `out`, with repodata, shown as the release's candidate repository. */
export async function takeResults(job: Job): Promise<readonly BinaryPackage[]> {
  const packages = await takeRpms(job, 'RPMS', 'out/packages');
  await takeRpms(job, 'SRPMS', 'out/source');
  if (packages.length === 0) throw new BuildStop(stage, 'the spec made no binary package: it has no %files', 'source');
  const described = await describe(job, packages);
  await indexRepository(job.host, join(job.folder, 'out'), job.settings.path);
  await showCandidate(job);
  return described;
}

/** `releases/<release>/candidates/<ref>` leads to the build's `out`. */
export async function showCandidate(job: Job): Promise<void> {
  const shown = candidateDir(job.host.dir, job.record.order.release, job.record.ref);
  await mkdir(dirname(shown), { recursive: true });
  await symlink(relative(dirname(shown), join(job.folder, 'out')), shown).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
}

/**
 * Moves RPMs out of a folder that the build could write to. Its processes are gone by now, but it may have left links:
 * only regular files in real folders are taken.
 */
async function takeRpms(job: Job, from: string, to: string): Promise<readonly string[]> {
  const taken: string[] = [];
  const open = [inWork(job, 'top', from)];
  while (open.length > 0) {
    const folder = open.pop()!;
    if (!(await lstat(folder).catch(() => null))?.isDirectory()) continue;
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) open.push(join(folder, entry.name));
      if (!entry.isFile() || !plainName.test(entry.name)) continue;
      const target = join(job.folder, to, entry.name);
      await rename(join(folder, entry.name), target);
      if (job.host.asRoot) await chown(target, 0, 0);
      await chmod(target, 0o644);
      taken.push(entry.name);
    }
  }
  return taken.sort();
}

async function describe(job: Job, files: readonly string[]): Promise<readonly BinaryPackage[]> {
  const { code, stdout } = await runBoxed(job, stage, {
    root: 'host',
    binds: [{ from: `builds/${job.record.ref}/out/packages`, to: '/packages' }],
    output: 'returned',
    argv: ['rpm', '-qp', '--nosignature', '--qf', queryFormat, ...files.map((name) => `/packages/${name}`)],
  });
  const queried = parseQuery(stdout);
  if (code !== 0 || queried.length !== files.length)
    throw new BuildStop(stage, 'rpm cannot read what was built', 'source');
  return Promise.all(queried.map((of, n) => binaryOf(job, of, files[n]!)));
}

async function binaryOf(job: Job, of: QueriedPackage, file: string): Promise<BinaryPackage> {
  const { name, epoch, version, release, arch, provides, requires, files } = of;
  if (file !== `${name}-${version}-${release}.${arch}.rpm`) {
    throw new BuildStop(stage, `${file} is not named after its package: %_rpmfilename may not be changed`, 'source');
  }
  if (name === platformName) {
    throw new BuildStop(stage, `no build may make a package '${platformName}': it stands for the host`, 'source');
  }
  const path = join(job.folder, 'out/packages', file);
  const { size } = await lstat(path);
  const lists = { provides: [...provides], requires: [...requires], files: [...files] };
  return {
    name,
    epoch,
    version,
    release,
    arch,
    ...lists,
    path: `packages/${file}`,
    size,
    sha256: await sha256Of(path),
  };
}

/** In hex. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
