import { AppError, componentId, isComponentId } from '@millrace/kernel';
import {
  moduleGraph,
  nsvcText,
  parseContainerfile,
  readModulemd,
  type ModuleDescription,
} from '@millrace/package-metadata';
import { basename, dirname } from 'node:path';
import type { CatalogueBuilder } from '../../domain/graph/build-catalogue';
import { placeholder } from '../../domain/graph/merge';
import { textOf } from './text-file';

/** modulemd files, each of one module or many. */
export async function readModulemdFiles(paths: readonly string[], builder: CatalogueBuilder): Promise<void> {
  const modules: ModuleDescription[] = [];
  for (const path of paths) modules.push(...readModulemd(await textOf(path), path).modules);
  addModules(modules, builder);
}

/**
 * Modules with what they contain and the streams that they are built with; the contexts of a stream are one component.
 * Streams that are needed and not there are external, with a hint, and what the limits leave out is told.
 */
export function addModules(modules: readonly ModuleDescription[], builder: CatalogueBuilder): void {
  const ids = new Map(modules.map((one) => [nsvcText(one), componentId('module', one.name, one.stream)]));
  for (const module of modules) {
    const component = builder.component(ids.get(nsvcText(module))!);
    for (const { name } of module.components) {
      builder.needs('contains', component, builder.component(componentId('rpm', name), '', placeholder));
    }
  }
  const { edges, leftOut } = moduleGraph(modules);
  for (const { from, kind, to, role, hint } of edges) {
    const id = ids.get(from)!;
    if (kind !== 'build' || role === 'platform' || role === 'self') continue;
    builder.needs('builtOn', builder.component(id), builder.component(`module/${to}`, '', placeholder));
    if (role === 'external') builder.problem(id, to, hint ?? 'no such stream was imported: it is external');
  }
  for (const { from, to, because } of leftOut) builder.problem(ids.get(from)!, to, `left out: ${because}`);
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
