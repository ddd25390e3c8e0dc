import { canonicalJson, componentId, parseComponentId } from '@millrace/kernel';
import type { Contents } from '@millrace/contracts';
import { link, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BuildStop } from '../build-stop';
import { shortDigest, takeNumber, versionOf } from '../counter';
import { indexRepository } from '../createrepo';
import { builderFault, progress, runBoxed, type Job } from '../job';
import { parseModulemd, writeModulemd, type ModuleDefinition } from '../modulemd';
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
  const source = await fetchSource(job);
  await progress(job, { stage });
  const definition = await readDefinition(source.folder);
  const { name, stream } = nameOf(job, definition);
  const packages = Object.keys(definition.components).flatMap((rpm) => builtFor(job, rpm));
  const version = await takeNumber(job.host.dir, release, `module ${name}:${stream}`, versionOf(Date.now()));
  const context = shortDigest(canonicalJson(definition.dependencies));
  const arch = packages.find((p) => p.arch !== 'noarch')?.arch ?? machineArch();
  const artifacts = packages.map((p) => p.nevra);
  const modulemd = writeModulemd(definition, { name, stream, version, context, arch, artifacts });
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

async function readDefinition(folder: string): Promise<ModuleDefinition> {
  const names = (await readdir(folder)).filter((name) => /\.modulemd\.ya?ml$/.test(name));
  const [file] = names;
  if (names.length !== 1 || !file) {
    throw new BuildStop(stage, `a module's source needs exactly one *.modulemd.yaml; found ${names.length}`, 'source');
  }
  const text = await readSourceFile(folder, file, largestDefinition);
  const definition = text === null ? `is no regular file of at most ${largestDefinition} bytes` : parseModulemd(text);
  if (typeof definition !== 'string') return definition;
  throw new BuildStop(stage, `${file} ${definition}`, 'source');
}

/** The component says which module this is; a definition that says otherwise is of another. */
function nameOf(job: Job, definition: ModuleDefinition): { name: string; stream: string } {
  const { component } = job.record.order;
  const id = parseComponentId(component);
  const stream = id.stream ?? definition.stream;
  const differs = (definition.name ?? id.name) !== id.name || (definition.stream ?? stream) !== stream;
  if (stream && !differs) return { name: id.name, stream };
  const found = `${definition.name ?? id.name}:${definition.stream ?? '(no stream)'}`;
  throw new BuildStop(stage, `the definition is of ${found}, but the component is ${component}`, 'source');
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
  await indexRepository(job.host, out, job.record.settings.path);
  const { code } = await runBoxed(job, stage, {
    root: 'host',
    binds: [{ from: `builds/${job.record.ref}/out`, to: '/repository', writable: true }],
    argv: ['/bin/sh', '-c', addModules],
  });
  if (code !== 0) throw builderFault('modifyrepo_c could not add the module to the repository');
  await showCandidate(job);
}

/** rpm's name of this machine's architecture. */
export function machineArch(): string {
  return { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string] ?? process.arch;
}
