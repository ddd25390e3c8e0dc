import type { BuildInput, RpmDependency } from '@millrace/contracts';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildStop } from '../build-stop';
import { inWork, runBoxed, type Job } from '../job';
import { parseQuery, queryFormat } from '../rpm-query';
import { installRoot, requirementText } from './root';
import type { SourcePackage } from './srpm';

const stage = 'build';

/** rpmbuild's exit code when `%generate_buildrequires` asked for more than the root has. */
const moreRequired = 11;
const mostRounds = 6;

export interface Built {
  readonly inputs: readonly BuildInput[];
  readonly buildRequires: readonly RpmDependency[];
}

/** Compiles and tests (`%check`) in the build root, and installs generated requirements as often as they change. */
export async function buildBinaries(job: Job, source: SourcePackage, inputs: readonly BuildInput[]): Promise<Built> {
  let built: Built = { inputs, buildRequires: source.buildRequires };
  for (let round = 1; round <= mostRounds; round++) {
    const { code } = await runBoxed(job, stage, {
      root: 'build',
      binds: [
        { from: join(job.work, 'top'), to: '/builddir', writable: true },
        { from: join(job.work, 'root/var/lib/rpm'), to: '/var/lib/rpm', writable: true },
      ],
      env: { SOURCE_DATE_EPOCH: String(source.epoch) },
      argv: ['rpmbuild', '-bb', ...source.macros, source.spec],
    });
    const generated = await takeGenerated(job);
    built = { ...built, buildRequires: generated ?? built.buildRequires };
    if (code === 0) return built;
    if (code !== moreRequired || !generated) throw new BuildStop(stage, null, null);
    built = { ...built, inputs: await installRoot(job, generated.map(requirementText)) };
  }
  throw new BuildStop(stage, `%generate_buildrequires still asks for more after ${mostRounds} rounds`, 'dependencies');
}

/** The requirements, generated ones with the spec's own, that rpmbuild left behind; null when it made none. */
async function takeGenerated(job: Job): Promise<readonly RpmDependency[] | null> {
  const folder = inWork(job, 'top/SRPMS');
  const file = (await readdir(folder)).find((name) => name.endsWith('.buildreqs.nosrc.rpm'));
  if (!file) return null;
  const { code, stdout } = await runBoxed(job, stage, {
    root: 'host',
    binds: [{ from: join(job.work, 'top'), to: '/builddir' }],
    output: 'returned',
    argv: ['rpm', '-qp', '--qf', queryFormat, `/builddir/SRPMS/${file}`],
  });
  await rm(join(folder, file), { force: true });
  const [asked] = parseQuery(stdout);
  if (code !== 0 || !asked) throw new BuildStop(stage, 'the generated build requirements cannot be read', 'source');
  return asked.requires;
}
