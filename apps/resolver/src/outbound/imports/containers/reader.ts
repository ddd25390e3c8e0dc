import { AppError, isComponentId } from '@millrace/kernel';
import { parseContainerfile } from '@millrace/package-metadata';
import { basename, dirname } from 'node:path';
import { placeholder } from '../../../domain/graph/merge';
import { importer } from '../importer';
import { containersInput } from './schema';

/** Containerfiles; an image is named after its file's folder. */
export const containers = importer('containers', containersInput, async ({ sources }, { builder, files }) => {
  for (const path of sources) {
    const { from, installs } = parseContainerfile(await files.text(path), path);
    const component = builder.component(imageOf(basename(dirname(path)), path));
    for (const name of installs) builder.needs('installs', component, builder.clause('rpm', name, 'noarch', [name]));
    const parent = `container/${from}`;
    if (from === 'scratch' || from === 'platform') continue;
    if (isComponentId(parent)) builder.needs('builtOn', component, builder.component(parent, '', placeholder));
    else
      builder.problem(imageOf(basename(dirname(path)), path), from, 'a parent of another registry: it is not followed');
  }
});

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
