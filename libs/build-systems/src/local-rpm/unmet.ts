import type { BinaryPackage, RpmDependency } from '@millrace/contracts';
import {
  isRich,
  parseRichDependency,
  readRepository,
  satisfies,
  satisfiesRich,
  type Dependency,
} from '@millrace/package-metadata';
import type { BuildRef } from '../build-system';
import { readContents, readOrder } from './build-folder';
import { fileAddress, seriesDir } from './layout';
import { currentRepository } from './repository';
import { requirementText } from './stages/root';
import { join } from 'node:path';

/** What can be installed, as far as dependencies look at it. */
export interface Offered {
  readonly name: string;
  readonly provides: readonly Dependency[];
  readonly files: readonly string[];
}

/**
 * What the packages of a build require to be installed, and neither they nor its place's current repository, nor the
 * candidates of its own knot, provide; in order, each once, as rpm writes it.
 */
export async function unmetOf(dir: string, ref: BuildRef): Promise<readonly string[]> {
  const contents = await readContents(dir, ref);
  if (!contents || contents.packages.length === 0) return [];
  const { order, place } = await readOrder(dir, ref);
  const siblings = await Promise.all(order.siblings.map((sibling) => readContents(dir, sibling)));
  const made = [contents, ...siblings.flatMap((one) => one ?? [])];
  const record = await currentRepository(dir, place.release, place.cascade);
  const replaced = new Set(made.flatMap(({ packages }) => packages.map(({ name }) => name)));
  for (const { name, component } of record?.packages ?? []) {
    if (made.some((one) => one.component === component)) replaced.add(name);
  }
  const folder = record && join(seriesDir(dir, place.release, place.cascade), String(record.number));
  const wanted = new Set(contents.packages.flatMap(({ requires }) => requires.map(({ name }) => name)));
  const others = folder ? await readRepository(fileAddress(folder), { wantedFiles: () => pathsOf(wanted) }) : [];
  return unmetAmong(contents.packages, [
    ...others.filter(({ name }) => !replaced.has(name)),
    ...made.flatMap(({ packages }) => packages),
  ]);
}

/** The requirements of packages that nothing of what is offered satisfies. */
export function unmetAmong(
  packages: readonly Pick<BinaryPackage, 'requires'>[],
  offered: readonly Offered[],
): readonly string[] {
  const byName = new Map<string, { readonly of: Offered; readonly provided: Dependency }[]>();
  for (const of of offered) {
    for (const provided of [...of.provides, ...of.files.map((name) => ({ name }))]) {
      const same = byName.get(provided.name);
      if (same) same.push({ of, provided });
      else byName.set(provided.name, [{ of, provided }]);
    }
  }
  const providersOf = (required: Dependency): Offered[] =>
    (byName.get(required.name) ?? []).filter(({ provided }) => satisfies(provided, required)).map(({ of }) => of);
  const unmet = packages.flatMap(({ requires }) => requires.filter((required) => !isMet(required, providersOf)));
  return [...new Set(unmet.map(requirementText))].sort();
}

function isMet(required: RpmDependency, providersOf: (required: Dependency) => Offered[]): boolean {
  if (!isRich(required.name)) return providersOf(required).length > 0;
  return satisfiesRich(parseRichDependency(required.name), providersOf);
}

function pathsOf(names: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...names].filter((name) => name.startsWith('/')));
}
