import { doors, policyOf, type DoorReply, type ReleaseDefinition } from '@millrace/contracts';
import { AppError, componentId, parseComponentId, toAppError, type ComponentId } from '@millrace/kernel';
import {
  folderOf,
  parseContainerfile,
  parseModulemd,
  readRepository,
  type ContainerDescription,
  type Dependency,
  type ModuleDescription,
  type RepositoryPackage,
  type SpecDescription,
} from '@millrace/package-metadata';
import type { Asker } from '@millrace/service';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { requiredFiles, type Gathered, type ReadSource, type ReadSpec, type SourceHead } from '../domain/assemble';
import type { ComponentFacts } from '../domain/facts';
import { limited } from './limited';
import { isLocal, packagesOfBuilds } from './packages-of-builds';
import { readSourceFile } from './source-file';
import { sourceHeads } from './source-heads';
import type { SpecReader } from './spec-reader';

export interface Sources {
  readonly asker: Asker;
  readonly specs: SpecReader;
  /** Specs that are read at one time. */
  readonly width: number;
}

/** The release's validated builds, and the repository that holds them. */
export type Validated = DoorReply<typeof doors.scheduler.validated>;

export function askValidated(asker: Asker, release: string): Promise<Validated> {
  return asker.ask(doors.scheduler.validated, { release });
}

/**
 * Reads everything that a release's graph is made of. A source that cannot be read is said so in its place, so that one
 * broken spec stops nobody else; anything that is not there or cannot be trusted stops the whole.
 */
export async function gather(
  definition: ReleaseDefinition,
  previous: ReadonlyMap<ComponentId, ComponentFacts>,
  validated: Validated,
  sources: Sources,
): Promise<Gathered> {
  const [modules, containers] = await Promise.all([readModules(definition, previous), readContainers(definition)]);
  const heads = await headsOf(definition, 'rpm', namesOf(definition, modules, previous));
  const contents = new Map(validated.builds.map((one) => [one.component, one.contents]));
  const specs = await limited(heads, sources.width, (head) => readSpec(head, definition, contents, sources));
  const wantedFiles = (packages: readonly RepositoryPackage[]) => requiredFiles(specs, containers, packages);
  return {
    ...{ specs, modules, containers, previous, stacks: definition.stacks },
    packages: await packagesOf(validated, sources.asker, wantedFiles),
    builds: new Map(validated.builds.map((one) => [one.component, one.nvr])),
  };
}

export async function headsOf(
  definition: ReleaseDefinition,
  type: keyof ReleaseDefinition['sources'],
  names: Iterable<string> = [],
): Promise<readonly SourceHead[]> {
  const source = definition.sources[type];
  return source ? sourceHeads(source, names) : [];
}

async function packagesOf(
  validated: Validated,
  asker: Asker,
  wantedFiles: (packages: readonly RepositoryPackage[]) => ReadonlySet<string>,
): Promise<readonly RepositoryPackage[]> {
  if (!isLocal(validated)) return packagesOfBuilds(validated, asker);
  if (!(await hasRepository(validated))) return [];
  return readRepository(validated.repository.address, { wantedFiles });
}

/** Before anything was ever built there is no repository, and nothing is wrong with that. */
async function hasRepository({ repository, builds }: Validated): Promise<boolean> {
  const metadata = join(folderOf(repository.address), 'repodata', 'repomd.xml');
  if (await stat(metadata).catch(() => null)) return true;
  if (repository.number === 0 && builds.length === 0) return false;
  throw new AppError({
    code: 'repository-missing',
    kind: 'unavailable',
    message: `the build repository ${repository.address} has no metadata`,
    remedy: 'check that the resolver can read the builder folder of the scheduler',
  });
}

/** Names that a templated address may have repositories for. */
function namesOf(
  definition: ReleaseDefinition,
  modules: readonly ReadSource<ModuleDescription>[],
  previous: ReadonlyMap<ComponentId, ComponentFacts>,
): readonly string[] {
  const ids = [...Object.values(definition.stacks).flat(), ...previous.keys()];
  return [
    ...ids
      .map(parseComponentId)
      .filter((id) => id.type === 'rpm')
      .map((id) => id.name),
    ...modules.flatMap((one) => one.description?.components.map((component) => component.name) ?? []),
  ];
}

async function readSpec(
  head: SourceHead,
  definition: ReleaseDefinition,
  contents: ReadonlyMap<ComponentId, string>,
  { specs, asker }: Sources,
): Promise<ReadSpec> {
  const component = componentId('rpm', head.name);
  const recipe = policyOf(definition, component)?.bootstrap?.macros;
  try {
    const description = await specs.read(head, {});
    const bootstrap = recipe ? await specs.read(head, recipe) : null;
    const generated = await generatedRequires(description, contents.get(component), asker);
    return { component, head, description, bootstrap, generated, problem: null };
  } catch (thrown) {
    return { component, head, description: null, bootstrap: null, generated: [], problem: problemOf(thrown) };
  }
}

/** Only a build knows what `%generate_buildrequires` gives; the newest one's answer is the best there is. */
async function generatedRequires(
  description: SpecDescription,
  contents: string | undefined,
  asker: Asker,
): Promise<readonly Dependency[]> {
  if (!description.dynamicBuildRequires || contents === undefined) return [];
  return (await asker.ask(doors.scheduler.contents, { digest: contents })).buildRequires;
}

async function readModules(
  definition: ReleaseDefinition,
  previous: ReadonlyMap<ComponentId, ComponentFacts>,
): Promise<readonly ReadSource<ModuleDescription>[]> {
  const heads = await headsOf(definition, 'module');
  return limited(heads, 4, async (head) => {
    try {
      const text = await readSourceFile(head, /\.modulemd\.ya?ml$/, '*.modulemd.yaml');
      const [description] = parseModulemd(text, `${head.name}.modulemd.yaml`);
      if (!description) throw noModule(head);
      return {
        component: componentId('module', description.name, description.stream),
        head,
        description,
        problem: null,
      };
    } catch (thrown) {
      // Its stream stands in the file that cannot be read.
      const before = [...previous.values()].find((one) => one.source?.url === head.url);
      const component = before?.component ?? componentId('module', head.name);
      return { component, head, description: null, problem: problemOf(thrown) };
    }
  });
}

async function readContainers(definition: ReleaseDefinition): Promise<readonly ReadSource<ContainerDescription>[]> {
  const both = (['container', 'image'] as const).map(async (type) => {
    const heads = await headsOf(definition, type);
    return limited(heads, 4, async (head) => {
      const component = componentId(type, head.name);
      try {
        const text = await readSourceFile(head, /^(Containerfile|Dockerfile)$/, 'Containerfile');
        return { component, head, description: parseContainerfile(text, `${head.name}/Containerfile`), problem: null };
      } catch (thrown) {
        return { component, head, description: null, problem: problemOf(thrown) };
      }
    });
  });
  return (await Promise.all(both)).flat();
}

/** What is wrong with a source, for people. What may be right in a moment is no problem of the source: it is thrown. */
function problemOf(thrown: unknown): string {
  const fault = toAppError(thrown);
  if (fault.kind !== 'invalid' && fault.kind !== 'missing') throw fault;
  return fault.message.slice(0, 1000);
}

function noModule(head: SourceHead): AppError {
  return new AppError({
    code: 'source-file',
    kind: 'invalid',
    message: `${head.url}: its modulemd file holds no module`,
    remedy: 'check it with modulemd-validator',
  });
}
