import { isComponentId } from '@millrace/kernel';
import {
  imageError,
  readContainerRecipe,
  readKickstart,
  readKiwi,
  type DefinitionProblem,
  type InstalledName,
} from '@millrace/package-metadata';
import type { z } from 'zod';
import { placeholder } from '../../../domain/graph/merge';
import { namesIn } from '../../../domain/graph/resolve-clause';
import { importer, type Means } from '../importer';
import { nothing, type Image } from './image';
import { imagesOfJson } from './image-list';
import { outsideId, parseImageReference, plainReference } from './image-reference';
import { containersInput } from './schema';

type Input = z.infer<typeof containersInput>;

/**
 * Images and what they are made of, from Containerfiles, image lists, kickstart and kiwi files, told by their names.
 * A parent is one of the images that were read, by tag or digest, else external.
 */
export const containers = importer('containers', containersInput, async (input, means) => {
  const images: Image[] = [];
  for (const address of input.sources) {
    images.push(...imagesOf(await means.files.text(address), address, input));
    means.progress(images.length, 'images');
  }
  assertOnce(images);
  const known = knownImages(images);
  for (const image of images) addImage(image, known, input.arch, means);
});

function imagesOf(text: string, address: string, { arch, arches }: Input): readonly Image[] {
  const file = address.replace(/\.(gz|xz|zst|lz4)$/, '');
  if (/\.json$/i.test(file)) return imagesOfJson(text, address);
  const name = file.split('/').at(-1)!;
  if (/\.(ks|kickstart|cfg)$/i.test(file)) {
    const id = idOf('image', name.replace(/\.[^.]+$/, ''), address);
    return [{ ...nothing, ...readKickstart(text, address), id, where: address }];
  }
  if (/\.(kiwi|xml)$/i.test(file)) {
    const { name: named, ...kiwi } = readKiwi(text, address, arches);
    return [{ ...nothing, ...kiwi, id: idOf('image', named, address), where: address }];
  }
  const recipe = readContainerRecipe(text, address, { architecture: arch });
  return [{ ...nothing, ...recipe, id: idOf('container', containerName(file), address), where: address }];
}

/** `kitchen/Containerfile`, `Dockerfile.kitchen` and `kitchen.Dockerfile` are all of the image `kitchen`. */
function containerName(path: string): string {
  const [folder, file] = path.split('/').slice(-2) as [string, string?];
  const name = file ?? folder;
  const own = /^(?:Docker|Container)file[.-](.+)$/i.exec(name) ?? /^(.+)\.(?:docker|container)file$/i.exec(name);
  return own ? own[1]! : folder;
}

function idOf(type: 'container' | 'image', name: string, address: string): string {
  const id = `${type}/${name}`;
  if (isComponentId(id)) return id;
  throw imageError(
    address,
    `'${name.slice(0, 80)}' is no name for an image: keep each definition in a folder named after it`,
  );
}

function assertOnce(images: readonly Image[]): void {
  const seen = new Map<string, string>();
  for (const { id, where } of images) {
    const before = seen.get(id);
    if (before !== undefined) throw imageError(where, `${id} is there twice: it stands in ${before} already`);
    seen.set(id, where);
  }
}

/** Everything by which the images of an import may be named, in the plain form of references. */
function knownImages(images: readonly Image[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { id, aliases } of images) {
    for (const alias of aliases) found.set(/^sha\d+:/.test(alias) ? alias : plainReference(alias), id);
    if (!found.has(bareName(id))) found.set(bareName(id), id);
  }
  return found;
}

function bareName(id: string): string {
  return id.replace(/^[a-z]+\//, '');
}

/** An image of the import by digest, by whole name and tag, by name and tag without a registry, or by its name alone. */
function parentId(written: string, known: ReadonlyMap<string, string>): string | null {
  if (/^sha\d+:/.test(written)) return known.get(written) ?? null;
  const { path, tag, digest } = parseImageReference(written);
  const last = path.split('/').at(-1)!;
  const names = [
    ...(digest === null ? [] : [digest]),
    ...[plainReference(written), `${last}:${tag ?? 'latest'}`, last],
  ];
  for (const name of names) if (known.has(name)) return known.get(name)!;
  return outsideId(written);
}

function addImage(image: Image, known: ReadonlyMap<string, string>, arch: string, means: Means): void {
  const { builder } = means;
  const component = builder.component(image.id, image.version);
  const clause = ({ family, name }: InstalledName): number =>
    builder.clause(family, name, family === 'deb' ? arch : 'noarch', namesIn(family, name));
  for (const one of image.installs) builder.needs('installs', component, clause(one));
  for (const one of image.buildInstalls) builder.needs('build', component, clause(one));
  for (const id of image.components) builder.needs('contains', component, builder.component(id, '', placeholder));
  for (const stream of image.modules) {
    builder.needs('builtOn', component, builder.component(`module/${stream}`, '', placeholder));
  }
  for (const written of image.parents) {
    if (written === 'platform') continue;
    const id = parentId(written, known);
    if (id === image.id) builder.problem(id, written, 'it names itself as its parent');
    else if (id !== null) builder.needs('builtOn', component, builder.component(id, '', placeholder));
    else builder.problem(image.id, written, 'no image of this name or digest is known: it is not followed');
  }
  for (const problem of image.problems) builder.problem(image.id, problem.what, hintOf(image, problem));
}

function hintOf({ where }: Image, { line, why }: DefinitionProblem): string {
  return `${why} (${where}${line > 0 ? `, line ${line}` : ''})`;
}
