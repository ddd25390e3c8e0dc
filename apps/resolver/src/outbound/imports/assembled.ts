import { AppError, componentId, isComponentId } from '@millrace/kernel';
import { parseContainerfile, parseModulemd } from '@millrace/package-metadata';
import { basename, dirname } from 'node:path';
import type { CatalogueBuilder } from '../../domain/graph/build-catalogue';
import { placeholder } from '../../domain/graph/merge';
import { textOf } from './text-file';

/** modulemd files, each of one module or many. Streams that are needed and not there are external. */
export async function readModulemdFiles(paths: readonly string[], builder: CatalogueBuilder): Promise<void> {
  for (const path of paths) {
    for (const module of parseModulemd(await textOf(path), path)) {
      const component = builder.component(componentId('module', module.name, module.stream));
      for (const { name } of module.components) {
        builder.needs('contains', component, builder.component(componentId('rpm', name), '', placeholder));
      }
      for (const needs of module.dependencies.flatMap((of) => Object.entries(of.buildRequires))) {
        addStreams(builder, component, needs);
      }
    }
  }
}

/** `platform` is the release itself; a stream with a minus is one that must not be used. */
function addStreams(builder: CatalogueBuilder, component: number, [name, streams]: [string, readonly string[]]): void {
  if (name === 'platform') return;
  for (const stream of streams.filter((one) => !one.startsWith('-'))) {
    builder.needs('builtOn', component, builder.component(componentId('module', name, stream), '', placeholder));
  }
}

/** Containerfiles; an image is named after its file's folder. */
export async function readContainerFiles(paths: readonly string[], builder: CatalogueBuilder): Promise<void> {
  for (const path of paths) {
    const { from, installs } = parseContainerfile(await textOf(path), path);
    const component = builder.component(imageOf(basename(dirname(path)), path));
    for (const name of installs) builder.needs('installs', component, builder.clause('rpm', name, 'noarch', [name]));
    const parent = `container/${from}`;
    if (from === 'scratch' || from === 'platform') continue;
    if (isComponentId(parent)) builder.needs('builtOn', component, builder.component(parent, '', placeholder));
    else
      builder.problem(imageOf(basename(dirname(path)), path), from, 'a parent of another registry: it is not followed');
  }
}

function imageOf(name: string, path: string): string {
  const id = `container/${name}`;
  if (isComponentId(id)) return id;
  throw new AppError({
    code: 'container-name',
    kind: 'invalid',
    message: `the folder of ${path} gives no name for its image`,
    remedy: 'keep each Containerfile in a folder named after its image',
  });
}
