import { stat, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MakeOrder } from '../../domain/input';
import {
  composeInfo,
  imagesDocument,
  modulesDocument,
  productmdText,
  rpmsDocument,
  type ImageEntry,
  type ModuleEntry,
  type RpmEntry,
  type Variant,
} from '../../domain/productmd';

export interface Inventory {
  readonly variants: readonly string[];
  readonly arches: readonly string[];
  readonly rpms: readonly RpmEntry[];
  readonly modules: readonly ModuleEntry[];
  readonly images: readonly ImageEntry[];
}

/** Writes `compose/metadata`; paths that do not exist are left out. */
export async function writeMetadata(draft: string, order: MakeOrder, inventory: Inventory): Promise<void> {
  const folder = join(draft, 'compose', 'metadata');
  await mkdir(folder);
  const variants = await Promise.all(
    inventory.variants.map((id) => describe(join(draft, 'compose'), id, inventory.arches)),
  );
  const documents = {
    composeinfo: composeInfo(order.name, variants),
    rpms: rpmsDocument(order.name, inventory.rpms),
    modules: modulesDocument(order.name, inventory.modules),
    images: imagesDocument(order.name, inventory.images),
  };
  for (const [name, document] of Object.entries(documents)) {
    await writeFile(join(folder, `${name}.json`), productmdText(document));
  }
}

const places: Readonly<Record<string, string>> = {
  os_tree: '{arch}/os',
  packages: '{arch}/os/Packages',
  repository: '{arch}/os',
  images: '{arch}/images',
  debug_tree: '{arch}/debug/tree',
  debug_packages: '{arch}/debug/tree/Packages',
  debug_repository: '{arch}/debug/tree',
  source_tree: 'source/tree',
  source_packages: 'source/tree/Packages',
  source_repository: 'source/tree',
};

async function describe(tree: string, id: string, arches: readonly string[]): Promise<Variant> {
  const paths: Record<string, Record<string, string>> = {};
  for (const [category, place] of Object.entries(places)) {
    for (const arch of arches) {
      const path = `${id}/${place.replace('{arch}', arch)}`;
      if (await exists(join(tree, path))) (paths[category] ??= {})[arch] = path;
    }
  }
  return { id, arches, paths };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
