import type { BuildInput, RpmDependency } from '@millrace/contracts';
import { nevraText } from '@millrace/kernel';
import { lstat, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readContents } from '../build-folder';
import { BuildStop } from '../build-stop';
import { writeEtc } from '../host';
import { builderFault, inWork, runBoxed, type Job } from '../job';
import { seriesDir } from '../layout';
import { platformName } from '../platform';
import { giveToBuilder, type Bind } from '../sandbox';

const stage = 'root';
const shown = '/run/millrace';

/** Folders below the build root that sandboxes mount over; none of them may become a link to elsewhere. */
const mountPoints = [
  ...['builddir', 'dev', 'etc', 'etc/alternatives', 'etc/ld.so.conf.d', 'proc', 'root', 'run', 'run/millrace', 'tmp'],
  ...['usr', 'var', 'var/lib', 'var/lib/rpm', 'var/tmp'],
];

/** An empty build root: folders to mount on, a small /etc, and an empty layer over the host's /usr. */
export async function makeRoot(job: Job): Promise<void> {
  for (const name of ['root', ...mountPoints.map((p) => `root/${p}`), 'usr-upper', 'usr-work', 'usr-merged', 'conf']) {
    await mkdir(inWork(job, name), { recursive: true });
    await giveToBuilder(job.host, inWork(job, name));
  }
  for (const { name, link } of job.host.top) {
    if (link === null) await mkdir(inWork(job, 'root', name));
    else await symlink(link, inWork(job, 'root', name));
  }
  await writeEtc(inWork(job, 'root/etc'));
  for (const name of ['rpm', 'ld.so.conf']) await giveToBuilder(job.host, inWork(job, 'root/etc', name));
  await writeFile(inWork(job, 'conf/dnf.conf'), dnfConfiguration(job));
}

const installAndList =
  `format=$1; shift; dnf --config ${shown}/conf/dnf.conf --releasever 1 install -- "$@" >&2 && ldconfig -X >&2 && ` +
  'rpm -qa --qf "$format"';
const listFormat = '%{NAME}\\u001f%{EPOCHNUM}\\u001f%{VERSION}\\u001f%{RELEASE}\\u001f%{ARCH}\\n'.replaceAll(
  '\\u001f',
  '\u001f',
);

/**
 * Installs packages into the root, from the place's repository and the siblings' candidates alone. dnf's own process runs
 * the scriptlets, with the root as its `/`: it needs no chroot and hence no capability. Gives what is installed then.
 */
export async function installRoot(job: Job, requirements: readonly string[]): Promise<readonly BuildInput[]> {
  const { code, stdout } = await runBoxed(job, stage, {
    root: 'install',
    binds: [{ from: join(job.work, 'conf'), to: `${shown}/conf` }, ...repositories(job).map(bindOf)],
    output: 'returned',
    argv: ['/bin/sh', '-c', installAndList, 'root', listFormat, platformName, ...requirements],
  });
  if (code !== 0) throw new BuildStop(stage, null, null);
  await refuseLinks(job);
  return inputsOf(job, stdout);
}

/** A dependency as dnf and rpm write it: `name`, or `name >= epoch:version-release`. */
export function requirementText(of: RpmDependency): string {
  if (!of.flags) return of.name;
  const sign = { EQ: '=', LT: '<', GT: '>', LE: '<=', GE: '>=' }[of.flags];
  const epoch = of.epoch && of.epoch !== '0' ? `${of.epoch}:` : '';
  return `${of.name} ${sign} ${epoch}${of.version ?? ''}${of.release ? `-${of.release}` : ''}`;
}

interface RepositoryInSight {
  readonly name: string;
  readonly from: string;
  readonly priority: number;
}

function repositories(job: Job): readonly RepositoryInSight[] {
  const { place, order } = job.record;
  const series = seriesDir(job.host.dir, place.release, place.cascade).slice(job.host.dir.length + 1);
  // A candidate hides packages of the same name in the place: a knot's members are built against each other.
  const siblings = order.siblings.map((ref, n) => ({ name: `sibling${n}`, from: `builds/${ref}/out`, priority: 1 }));
  return [{ name: 'place', from: join(series, String(job.repository.number)), priority: 99 }, ...siblings];
}

function bindOf({ name, from }: RepositoryInSight): Bind {
  return { from, to: `${shown}/${name}` };
}

function dnfConfiguration(job: Job): string {
  const main = [
    '[main]',
    ...['reposdir=/nonexistent', 'varsdir=/nonexistent', 'plugins=0', 'gpgcheck=0', 'assumeyes=1', 'best=1'],
    ...['install_weak_deps=0', 'keepcache=0', 'metadata_expire=0', 'history_record=0', 'installonly_limit=0'],
    `module_platform_id=${job.settings.platformModuleId}`,
  ];
  const sections = repositories(job).flatMap(({ name, priority }) => [
    `[${name}]`,
    `name=${name}`,
    `baseurl=file://${shown}/${name}`,
    `priority=${priority}`,
  ]);
  return [...main, ...sections, ''].join('\n');
}

async function refuseLinks(job: Job): Promise<void> {
  for (const name of mountPoints) {
    const stat = await lstat(inWork(job, 'root', name)).catch(() => null);
    if (stat?.isDirectory()) continue;
    throw new BuildStop(
      stage,
      `a package made /${name} of the build root something else than a folder`,
      'dependencies',
    );
  }
}

/** What of the root belongs to the release, by the repository that the root was made from; in order. */
async function inputsOf(job: Job, listing: string): Promise<readonly BuildInput[]> {
  const known = new Map<string, Omit<BuildInput, 'nevra'>>();
  for (const p of job.repository.packages) known.set(p.nevra, { component: p.component, nvr: p.nvr, build: p.build });
  for (const ref of job.record.order.siblings) {
    const contents = await readContents(job.host.dir, ref);
    if (!contents) throw builderFault(`the sibling ${ref} is not complete, so it has no candidate repository`);
    const { component, nvr, build } = contents;
    for (const p of contents.packages) known.set(nevraText(p), { component, nvr, build });
  }
  const installed = listing.split('\n').filter((line) => line !== '');
  return installed.map((line) => inputOf(line, known)).sort((a, b) => (a.nevra < b.nevra ? -1 : 1));
}

function inputOf(line: string, known: ReadonlyMap<string, Omit<BuildInput, 'nevra'>>): BuildInput {
  const [name = '', epoch = '0', version = '', release = '', arch = ''] = line.split('\u001f');
  const nevra = nevraText({ name, epoch, version, release, arch });
  const origin = known.get(nevra);
  if (origin) return { nevra, ...origin };
  throw new BuildStop(
    stage,
    `${nevra} is in the build root, but in no repository that it was made from`,
    'dependencies',
  );
}
