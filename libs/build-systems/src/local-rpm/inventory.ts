import { msBetween } from '@millrace/kernel';
import type { BuildRef } from '../build-system';
import { inventoryPage, type Inventory, type InventoryBuild, type InventoryWish } from '../inventory';
import { readContents } from './build-folder';
import { fileAddress, seriesDir } from './layout';
import { lookAtBuild } from './look';
import { currentRepository, type RepositoryRecord } from './repository';
import { join } from 'node:path';

/** What the release's base has: nothing where nothing has landed. */
export async function inventoryOf(
  dir: string,
  release: string,
  cursor: string | null,
  wish: InventoryWish,
): Promise<Inventory> {
  const record = await currentRepository(dir, release, null);
  const known = record ? buildsIn(record) : new Map<string, BuildRef>();
  const names = [...known.keys()].sort();
  const page = names.filter((name) => cursor === null || name > cursor).slice(0, inventoryPage);
  const builds = await Promise.all(page.map((component) => buildOf(dir, component, known.get(component)!, wish)));
  const isLast = page.length < inventoryPage || page.at(-1) === names.at(-1);
  const places = record ? [fileAddress(join(seriesDir(dir, release, null), String(record.number)))] : [];
  return { builds, cursor: isLast ? null : page.at(-1)!, total: names.length, places };
}

/** The newest build of each component in a repository. */
export function buildsIn({ packages, assembled }: RepositoryRecord): ReadonlyMap<string, BuildRef> {
  const all = [...packages, ...assembled].flatMap(({ component, build }) => {
    return component !== null && build !== null ? [[component, build] as const] : [];
  });
  return new Map(all);
}

async function buildOf(
  dir: string,
  component: string,
  ref: BuildRef,
  { inputs }: InventoryWish,
): Promise<InventoryBuild> {
  const status = await lookAtBuild(dir, ref);
  const contents = inputs ? await readContents(dir, ref) : null;
  const { startedAt, endedAt } = status;
  return {
    ...{ component, ref, nvr: status.nvr ?? ref, owner: null, builtBy: status.submittedBy, completedAt: endedAt },
    durationMs: startedAt && endedAt ? msBetween(startedAt, endedAt) : null,
    source: status.source,
    inputs: contents ? [...new Set(contents.inputs.map((one) => one.nvr))].sort() : null,
    failure: null,
  };
}
