import { AppError, canonicalJson, componentId, parseComponentId } from '@millrace/kernel';
import { parseModulemd, type ModuleDescription } from '@millrace/package-metadata';
import type { Contents } from '@millrace/contracts';
import { link, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BuildStop } from '../build-stop';
import { shortDigest, takeNumber, versionOf } from '../counter';
import { indexRepository } from '../createrepo';
import { builderFault, progress, runBoxed, type Job } from '../job';
import { builtModulemd } from '../modulemd';
import { readSourceFile } from '../read-source-file';
import type { RepositoryPackage } from '../repository';
import { showCandidate } from '../stages/repository';
import { fetchSource } from '../stages/source';

const stage = 'module';
const largestDefinition = 1024 * 1024;

/** A modular repository of the builds that the place has of the module's components. Nothing is compiled. */
export async function buildModule(job: Job): Promise<Contents> {
  const { component, release } = job.record.order;
  await progress(job, { stage: 'source' });
  const source = await fetchSource(job, job.record.order.source);
  await progress(job, { stage });
  const definition = await readDefinition(source.folder);
  const { name, stream, components, dependencies } = definition.described;
  refuseOther(job, definition.described);
  const packages = components.flatMap((rpm) => builtFor(job, rpm.name));
  const version = await takeNumber(job.host.dir, release, `module ${name}:${stream}`, versionOf(Date.now()));
  const context = shortDigest(canonicalJson(dependencies));
  const arch = packages.find((p) => p.arch !== 'noarch')?.arch ?? machineArch();
  const artifacts = packages.map((p) => p.nevra);
  const modulemd = builtModulemd(definition.text, definition.described, { version, context, arch, artifacts });
  await assemble(job, packages, modulemd);
  return {
    component,
    nvr: `${name}-${stream.replaceAll('-', '_')}-${version}.${context}`,
    build: job.record.ref,
    packages: [],
    buildRequires: [],
    inputs: packages
      .map(({ nevra, component: of, nvr, build }) => ({ nevra, component: of, nvr, build }))
      .sort((a, b) => (a.nevra < b.nevra ? -1 : 1)),
    module: { nsvc: `${name}:${stream}:${version}:${context}`, modulemd },
  };
}

interface Definition {
  readonly text: string;
  readonly described: ModuleDescription;
}

async function readDefinition(folder: string): Promise<Definition> {
  const names = (await readdir(folder)).filter((name) => /\.modulemd\.ya?ml$/.test(name));
  const [file] = names;
  if (names.length !== 1 || !file) {
    throw new BuildStop(stage, `a module's source needs exactly one *.modulemd.yaml; found ${names.length}`, 'source');
  }
  const text = await readSourceFile(folder, file, largestDefinition);
  if (text === null) {
    throw new BuildStop(stage, `${file} is no regular file of at most ${largestDefinition} bytes`, 'source');
  }
  const [described, ...more] = describe(text, file);
  if (described && more.length === 0 && described.components.length > 0) return { text, described };
  throw new BuildStop(stage, `${file} must hold one module that names at least one RPM`, 'source');
}

function describe(text: string, file: string): readonly ModuleDescription[] {
  try {
    return parseModulemd(text, file);
  } catch (error) {
    if (error instanceof AppError) throw new BuildStop(stage, error.message, 'source');
    throw error;
  }
}

/** The component says which module this is; a definition that says otherwise is of another. */
function refuseOther(job: Job, { name, stream }: ModuleDescription): void {
  const { component } = job.record.order;
  const id = parseComponentId(component);
  if (name === id.name && stream === (id.stream ?? stream)) return;
  throw new BuildStop(stage, `the definition is of ${name}:${stream}, but the component is ${component}`, 'source');
}

function builtFor(job: Job, rpm: string): readonly RepositoryPackage[] {
  const found = job.repository.packages.filter((p) => p.component === componentId('rpm', rpm));
  if (found.length > 0) return found;
  const { place, number } = job.repository;
  throw new BuildStop(stage, `rpm/${rpm} has no build in repository ${number} of ${place}`, 'dependencies');
}

const addModules =
  'modifyrepo_c --mdtype=modules --no-compress --simple-md-filenames /repository/modules.yaml /repository/repodata';

async function assemble(job: Job, packages: readonly RepositoryPackage[], modulemd: string): Promise<void> {
  const out = join(job.folder, 'out');
  for (const { file } of packages) await link(join(job.host.dir, file), join(out, 'packages', basename(file)));
  await writeFile(join(out, 'modules.yaml'), modulemd);
  await indexRepository(job.host, out, job.settings.path);
  const { code } = await runBoxed(job, stage, {
    root: 'host',
    binds: [{ from: `builds/${job.record.ref}/out`, to: '/repository', writable: true }],
    argv: ['/bin/sh', '-c', addModules],
  });
  if (code !== 0) throw builderFault('modifyrepo_c could not add the module to the repository');
  await showCandidate(job);
}

/** rpm's name of this machine's architecture. */
function machineArch(): string {
  return { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string] ?? process.arch;
}
