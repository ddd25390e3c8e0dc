import { fetchIndices } from '@millrace/bench/debian';
import { AppError } from '@millrace/kernel';
import { CatalogueBuilder } from '@millrace/resolver/domain/graph/build-catalogue';
import { networkOf, type Network } from '@millrace/resolver/domain/graph/network';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { debianGraph } from './debian-graph';

/** Where the graph comes from: Debian's indices, a graph that the resolver exported, or indices fetched with apt. */
export type GraphOrigin =
  | { readonly kind: 'indices'; readonly sources: string; readonly packages: string }
  | { readonly kind: 'exported'; readonly file: string }
  | { readonly kind: 'apt' };

/** Reads a graph with the resolver's own core. */
export async function readGraph(origin: GraphOrigin): Promise<Network> {
  switch (origin.kind) {
    case 'indices':
      return debianGraph(origin.sources, origin.packages);
    case 'exported':
      return fromExport(origin.file);
    case 'apt':
      return fetched();
  }
}

async function fetched(): Promise<Network> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-sim-'));
  try {
    const { sources, packages } = fetchIndices(folder);
    return await debianGraph(sources, packages);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const exported = z.object({
  components: z.array(z.object({ id: z.string(), version: z.string().default('') })).max(1_000_000),
  edges: z.array(z.object({ from: z.string(), to: z.string(), kinds: z.array(z.string()) })).max(20_000_000),
});

/** A graph as `millrace snapshots export --format json` writes it: each component stands for one package of its name. */
function fromExport(file: string): Network {
  const parsed = exported.safeParse(json(file));
  if (!parsed.success) throw unreadable(file, z.prettifyError(parsed.error).slice(0, 500));
  const { components, edges } = parsed.data;
  const builder = new CatalogueBuilder();
  const packageOf = new Map<string, number>();
  for (const { id, version } of components) {
    const of = builder.package(builder.component(id, version), id, version, 'noarch');
    builder.offer(of, id, '');
    packageOf.set(id, of);
  }
  for (const { from, to, kinds } of edges) {
    const component = builder.component(from);
    if (kinds.includes('contains')) builder.needs('contains', component, builder.component(to));
    if (!kinds.includes('build') && !kinds.includes('runtime')) continue;
    const clause = builder.clause('rpm', to, 'noarch', [to]);
    const of = packageOf.get(from);
    if (kinds.includes('build')) builder.needs('build', component, clause);
    if (kinds.includes('runtime') && of !== undefined) builder.needs('runtime', of, clause);
  }
  return networkOf(builder.finish());
}

function json(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (thrown) {
    throw unreadable(file, thrown instanceof Error ? thrown.message : 'it is no JSON');
  }
}

function unreadable(file: string, why: string): AppError {
  return new AppError({
    code: 'graph-unreadable',
    kind: 'invalid',
    message: `${file} is no exported graph: ${why}`,
    remedy: 'write one with: millrace snapshots export --release RELEASE --format json --output FILE',
  });
}
