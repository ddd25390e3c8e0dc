import { isComponentId } from '@millrace/kernel';
import { imageError } from '@millrace/package-metadata';
import type { z } from 'zod';
import { nothing, type Image } from './image';
import { parseImageReference } from './image-reference';
import { imageList, libraryBuilds, type LibraryBuilds, type ListedImage } from './schema';

/**
 * Images of a JSON file: an image list, or `builds.json` of docker-library/meta.
 * @throws AppError `image-definition` with file and place
 */
export function imagesOfJson(text: string, what: string): readonly Image[] {
  const value = parsed(text, what);
  const isList = typeof value === 'object' && value !== null && 'images' in value;
  return isList
    ? listed(checked(imageList, value, what).images, what)
    : built(checked(libraryBuilds, value, what), what);
}

function listed(images: readonly ListedImage[], what: string): readonly Image[] {
  return images.map((one, n) => {
    const where = `${what}: images[${n}]`;
    const { path } = parseImageReference(one.name);
    const id = `${one.type}/${shortName(path)}${one.stream === undefined ? '' : `:${one.stream}`}`;
    if (!isComponentId(id)) throw imageError(where, `its name '${one.name.slice(0, 80)}' gives no component id`);
    const { rpm, deb, components } = one.contents;
    return {
      ...{ ...nothing, id, where, version: one.version, parents: one.parents, components },
      aliases: [...one.tags.map((tag) => `${path}:${tag}`), ...(one.digest ? [one.digest] : []), ...own(path, one)],
      installs: [
        ...rpm.map((name) => ({ family: 'rpm' as const, name })),
        ...deb.map((name) => ({ family: 'deb' as const, name })),
      ],
    };
  });
}

/** An image without tags is what its name alone means. */
function own(path: string, { tags, stream }: ListedImage): readonly string[] {
  return tags.length > 0 ? [] : [`${path}:${stream ?? 'latest'}`];
}

/** The builds of one source for all architectures are one image. */
function built(builds: LibraryBuilds, what: string): readonly Image[] {
  const images = new Map<string, Image & { readonly parents: string[] }>();
  for (const [key, { build, source }] of Object.entries(builds)) {
    const [first] = source.allTags;
    const id = `container/${first ?? ''}`;
    const where = `${what}: ${key.slice(0, 16)}`;
    if (first === undefined || !isComponentId(id)) throw imageError(where, 'its source has no tag to call it by');
    const known = images.get(source.sourceId) ?? { ...nothing, id, where, aliases: source.allTags, parents: [] };
    for (const parent of Object.keys(build.parents)) if (!known.parents.includes(parent)) known.parents.push(parent);
    images.set(source.sourceId, known);
  }
  return [...images.values()];
}

/** Without the registry, which has a dot or a port in its name. */
function shortName(path: string): string {
  return path.replace(/^[^/]*[.:][^/]*\//, '').replaceAll('/', '.');
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw imageError(what, `it is no JSON: ${(cause as Error).message}`);
  }
}

function checked<Value>(schema: z.ZodType<Value>, value: unknown, what: string): Value {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw imageError(`${what}: ${issue!.path.join('.') || 'as a whole'}`, issue!.message);
}
