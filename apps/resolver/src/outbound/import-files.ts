import type { FilesRead, ImportReport, ReadOrder } from '../domain/import-order';
import { CatalogueBuilder } from '../domain/graph/build-catalogue';
import type { Catalogue } from '../domain/graph/catalogue';
import { differenceOf } from '../domain/graph/diff';
import { addCatalogue } from '../domain/graph/merge';
import { networkOf, type Network } from '../domain/graph/network';
import { countsOf, unresolvedByKind, wordsOf } from '../domain/graph/overview';
import { readSource, type ReadSettings, type SourceRead } from './imports/read-source';
import { webSettings } from './web/settings';

/** Where graphs are kept, by their digests. */
export interface CatalogueStore {
  write(network: Network): Promise<string>;
  read(digest: string): Promise<Network>;
  remove(digest: string): Promise<void>;
}

/** @param newest  the graph that the new one replaces */
export async function importFiles(
  order: ReadOrder,
  store: CatalogueStore,
  newest: string | null,
  settings: ReadSettings = { web: webSettings },
): Promise<FilesRead> {
  const { catalogue, findings } = await readSource(order, settings);
  const network = networkOf(catalogue);
  const part = await store.write(network);
  const others = Object.entries(order.parts).filter(([kind]) => kind !== order.kind);
  const whole = others.length === 0 ? network : networkOf(await merged(catalogue, others, store));
  const file = others.length === 0 ? part : await store.write(whole);
  const report = await reportOf(whole, file, newest, store);
  return { part, file, report: { ...report, ...told(findings) } };
}

/** What the other sources of the release gave when they were last read. */
async function merged(
  catalogue: Catalogue,
  others: readonly (readonly [string, string])[],
  store: CatalogueStore,
): Promise<Catalogue> {
  const builder = new CatalogueBuilder();
  addCatalogue(builder, catalogue);
  for (const [, digest] of others) addCatalogue(builder, await store.read(digest));
  return builder.finish();
}

async function reportOf(
  network: Network,
  file: string,
  newest: string | null,
  store: CatalogueStore,
): Promise<ImportReport> {
  const problems: string[] = [];
  for (let n = 0; n < network.problems.count && problems.length < 100; n += 3) {
    problems.push(`${network.problems.get(n)}: ${network.problems.get(n + 1)}: ${network.problems.get(n + 2)}`);
  }
  const before = newest === null || newest === file ? null : await store.read(newest);
  const changes = before === null ? null : changesOf(differenceOf(before, network));
  return { counts: countsOf(network), unresolved: unresolvedByKind(network), problems, changes };
}

/** Components of each kind of change, and broken requirements, that a report names. */
const mostNamed = 10;

function changesOf({ components, changed, broken }: ReturnType<typeof differenceOf>): ImportReport['changes'] {
  const fresh = new Set(components.added);
  const broke = broken.filter((one) => one.kind !== 'problem' && !fresh.has(one.component));
  const named = (sign: string, names: readonly string[]): readonly string[] =>
    names.slice(0, mostNamed).map((name) => `${sign} ${name}`);
  return {
    ...{ added: components.added.length, removed: components.removed.length, changed: changed.length },
    examples: [
      ...named('+', components.added),
      ...named('-', components.removed),
      ...changed.slice(0, mostNamed).map((one) => `~ ${one.component}: ${one.from} -> ${one.to}`),
    ],
    broken: { total: broke.length, examples: broke.slice(0, mostNamed).map(wordsOf) },
  };
}

function told({ duplicates, leftOut }: SourceRead['findings']): Pick<ImportReport, 'duplicates' | 'left_out'> {
  return { duplicates, left_out: leftOut };
}
