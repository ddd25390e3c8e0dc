import { AppError, nvrOf, parseComponentId } from '@millrace/kernel';
import { parseContainerfile, type ContainerDescription } from '@millrace/package-metadata';
import type { BuildInput, Contents } from '@millrace/contracts';
import { mkdir, rename, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildStop } from '../build-stop';
import { takeNumber } from '../counter';
import { etcFiles } from '../host';
import { builderFault, inWork, progress, runBoxed, type Job } from '../job';
import { writeLayout } from '../oci-layout';
import { readSourceFile } from '../read-source-file';
import { giveToBuilder } from '../sandbox';
import { showCandidate } from '../stages/repository';
import { installRoot, makeRoot } from '../stages/root';
import { fetchSource } from '../stages/source';

const stage = 'image';
const names = ['Containerfile', 'Dockerfile'];
/** Either way the layer lies over the host's platform. */
const bases = ['platform', 'scratch'];

/** An OCI layout with one layer: what the definition installs from the place's repository, over the host's platform. */
export async function buildImage(job: Job): Promise<Contents> {
  const { component, release } = job.record.order;
  const { name, stream } = parseComponentId(component);
  const tag = stream ?? 'latest';
  await progress(job, { stage: 'source' });
  const source = await fetchSource(job, job.record.order.source);
  const definition = await readDefinition(source.folder);
  const number = await takeNumber(job.host.dir, release, component);
  const nvr = nvrOf({ name, version: tag.replaceAll('-', '_'), release: String(number) });
  await progress(job, { stage: 'root', nvr });
  await makeRoot(job);
  const inputs = await installRoot(job, definition.installs);
  await progress(job, { stage });
  await packLayer(job, inputs, source.epoch);
  const layout = join(job.folder, 'out/oci');
  const platform = inputs.find((input) => input.component === null)?.nevra ?? 'platform';
  const image = { name, tag, nvr, platform, created: source.epoch };
  const digest = await writeLayout(layout, inWork(job, 'layer/layer.tar'), definition, image);
  await showCandidate(job);
  return {
    component,
    nvr,
    build: job.record.ref,
    packages: [],
    buildRequires: [],
    inputs: inputs.filter((input) => input.component !== null),
    image: { digest, layout },
  };
}

async function readDefinition(folder: string): Promise<ContainerDescription> {
  for (const name of names) {
    const text = await readSourceFile(folder, name, 256 * 1024);
    if (text !== null) return describe(text, name);
  }
  throw new BuildStop(stage, `the source has no ${names.join(' or ')}`, 'source');
}

function describe(text: string, name: string): ContainerDescription {
  const definition = parsed(text, name);
  if (bases.includes(definition.from)) return definition;
  throw new BuildStop(
    stage,
    `${name}: FROM ${definition.from}: local-rpm builds only upon ${bases.join(' and ')}`,
    'source',
  );
}

function parsed(text: string, name: string): ContainerDescription {
  try {
    return parseContainerfile(text, name);
  } catch (error) {
    if (error instanceof AppError) throw new BuildStop(stage, error.message, 'source');
    throw error;
  }
}

/** What the build root has for the tools alone, and what the platform has of its own. */
const notInLayer = [
  ...['bin', 'builddir', 'dev', 'lib', 'lib32', 'lib64', 'libx32', 'proc', 'root', 'run', 'sbin', 'tmp'],
  ...['var/cache', 'var/lib/dnf', 'var/lib/rpm', 'var/log', 'var/tmp'],
  ...['alternatives', 'dnf', 'ld.so.cache', 'ld.so.conf.d', 'rpm', ...Object.keys(etcFiles)].map(
    (name) => `etc/${name}`,
  ),
];

// Device nodes are the overlay's marks for removed files of the host; the platform is not to be changed by a layer.
const pack =
  'set -e; epoch=$1; shift; find /tree -xdev -type c -delete; mkdir -p /tree/usr/share/millrace; ' +
  'cp /packages /tree/usr/share/millrace/packages; ' +
  'tar -cf /layer/layer.tar --format=gnu --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner ' +
  '--anchored --no-wildcards "$@" -C /tree .';

/** Equal packages give an equal layer: sorted names, one time for all, and a list of packages in place of rpm's database. */
async function packLayer(job: Job, inputs: readonly BuildInput[], epoch: number): Promise<void> {
  await rmdir(inWork(job, 'root/usr'));
  await rename(inWork(job, 'usr-upper'), inWork(job, 'root/usr'));
  await mkdir(inWork(job, 'layer'));
  await giveToBuilder(job.host, inWork(job, 'layer'));
  await writeFile(inWork(job, 'packages'), inputs.map((input) => `${input.nevra}\n`).join(''));
  const { code } = await runBoxed(job, stage, {
    root: 'host',
    binds: [
      { from: join(job.work, 'root'), to: '/tree', writable: true },
      { from: join(job.work, 'layer'), to: '/layer', writable: true },
      { from: join(job.work, 'packages'), to: '/packages' },
    ],
    argv: ['/bin/sh', '-c', pack, 'pack', String(epoch), ...notInLayer.map((path) => `--exclude=./${path}`)],
  });
  if (code !== 0) throw builderFault('the layer of the image could not be packed');
}
