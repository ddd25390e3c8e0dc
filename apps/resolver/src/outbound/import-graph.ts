import { digestOf } from '@millrace/kernel';
import type { WorkKind } from '@millrace/engine';
import type { TableReader } from '@millrace/store';
import { assemble } from '../domain/assemble';
import { factsDigest, type ComponentFacts } from '../domain/facts';
import { work, type Imported, type ImportOrder, type ResolverInput } from '../domain/input';
import { graphOf } from '../domain/neighbours';
import type { FactsRow, SnapshotRow } from '../domain/state';
import { worldOf, type World } from '../domain/world';
import { askValidated, gather, type Sources } from './gather';

export interface Imports extends Sources {
  readonly read: { readonly snapshots: TableReader<SnapshotRow>; readonly facts: TableReader<FactsRow> };
  take(input: ResolverInput, meta: { readonly id: string; readonly who: string }): Promise<unknown>;
}

/** Facts that are stored in one transaction: it must not hold the writer for long. */
const slice = 50;

/** Reads a release's graph from its sources. The facts go into the store slice by slice; the snapshot comes last. */
export function graphImporter(imports: Imports): WorkKind<ImportOrder, Imported, ResolverInput> {
  return {
    kind: work.importGraph,
    concurrency: 2,
    timeoutMs: 30 * 60_000,
    tries: 8,
    async run(order) {
      const previous = await previousFacts(imports, order.snapshot);
      const validated = await askValidated(imports.asker, order.release);
      const facts = assemble(await gather(order.definition, previous, validated, imports));
      const byDigest = new Map(facts.map((one) => [factsDigest(one), one]));
      await storeFacts(imports, order.release, byDigest);
      const parts = [...byDigest]
        .map(([digest, one]) => [one.component, digest] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1));
      return { digest: digestOf(parts), basis: digestOf(validated), parts, counts: countsOf(worldOf(facts)) };
    },
    toInput: ({ release, number }, outcome) => ({ type: 'import-ended', release, number, outcome }),
  };
}

async function previousFacts({ read }: Imports, snapshot: string | null): Promise<ReadonlyMap<string, ComponentFacts>> {
  const row = snapshot === null ? null : await read.snapshots.get(snapshot);
  const rows = await read.facts.getMany(row?.parts.map(([, digest]) => digest) ?? []);
  return new Map(rows.map((one) => [one.facts.component, one.facts]));
}

async function storeFacts(
  { read, take }: Imports,
  release: string,
  byDigest: ReadonlyMap<string, ComponentFacts>,
): Promise<void> {
  const known = new Set((await read.facts.getMany([...byDigest.keys()])).map((row) => row.id));
  const fresh = [...byDigest].filter(([digest]) => !known.has(digest));
  for (let n = 0; n < fresh.length; n += slice) {
    const facts = Object.fromEntries(fresh.slice(n, n + slice));
    // The same facts again are the same input: a repeated import stores nothing twice.
    const id = `facts/${digestOf(Object.keys(facts))}`;
    await take({ type: 'facts-read', release, facts }, { id, who: 'resolver' });
  }
}

function countsOf(world: World): Imported['counts'] {
  const graph = graphOf(world);
  const external = world.components.filter((one) => one.external).length;
  return {
    components: world.components.length - external,
    dependencies: graph.edges.length,
    external: external + graph.externals.length,
    unresolved: graph.unresolved.length,
  };
}
