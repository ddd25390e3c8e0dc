import { doors } from '@millrace/contracts';
import type { Client } from '@millrace/admin-client';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { fetchIndices, type Indices } from './debian';
import { Mill } from './mill';
import { benSeconds, doseSeconds, plain } from './others';
import { big, quantile, randomComponents, release, rounded, timed } from './questions';

type Figures = Record<string, number | null>;

void main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { sources: { type: 'string' }, packages: { type: 'string' }, json: { type: 'boolean' } },
  });
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  const mill = new Mill(join(folder, 'mill'), 21_300);
  try {
    const indices =
      values.sources && values.packages
        ? { sources: resolve(values.sources), packages: resolve(values.packages) }
        : fetchIndices(folder);
    const figures = await measure(mill, indices, folder);
    for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name}: ${value ?? 'not measured'}\n`);
    if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  } finally {
    await mill.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(mill: Mill, indices: Indices, folder: string): Promise<Figures> {
  const client = await mill.start();
  const import_s = await importSeconds(client, indices);
  const import_peak_mb = mill.peakMb();
  const { counts } = await client.call(doors.resolver.stats, { release });
  await mill.stop();
  const again = await mill.start();
  await again.call(doors.resolver.stats, { release });
  const restart_s = rounded((Date.now() - mill.startedAt()) / 1000);
  const served = await questions(mill, again);
  const perl = { changed: ['deb/perl'], lost: ['perlapi-5.36.0', 'libperl5.36'] };
  const ours = (await timed(mill.resolver, { release, ...perl })) / 1000;
  const openssl = (await timed(mill.resolver, { release, changed: ['deb/openssl'], scope: 'direct' })) / 1000;
  await mill.stop();
  const files = plain(indices, folder);
  const ben = benSeconds(files, folder);
  const dose = doseSeconds(files, folder);
  return {
    ...{ sources: counts['components']!, binaries: counts['packages']!, edges: counts['build_edges']! },
    ...{ import_s, import_peak_mb, restart_s },
    ...served,
    ben_ratio: ben === null ? null : Math.round(ben / ours),
    dose_ratio: dose === null ? null : Math.round(dose / openssl),
  };
}

async function importSeconds(client: Client, { sources, packages }: Indices): Promise<number> {
  const started = performance.now();
  const order = { release, kind: 'deb822' as const, sources: [sources], packages: [packages] };
  await client.call(doors.resolver.importFiles, order);
  for (;;) {
    const { last, newest } = await client.call(doors.resolver.snapshots, { release, limit: 1 });
    if (last?.problem) throw new Error(last.problem);
    if (newest !== null) return Math.round(performance.now() - started) / 1000;
    await sleep(20);
  }
}

async function questions(mill: Mill, client: Client): Promise<Figures> {
  const random = await randomComponents(client, 300);
  const ask = async (ids: readonly string[], scope: 'direct' | 'transitive'): Promise<number[]> => {
    const times: number[] = [];
    for (const id of ids) times.push(await timed(mill.resolver, { release, changed: [id], scope }));
    return times;
  };
  // The first questions of a fresh process are answered by code that was not compiled yet.
  await ask(random.slice(0, 50), 'direct');
  const direct = await ask(random, 'direct');
  const ten = await ask(
    big.map((name) => `deb/${name}`),
    'direct',
  );
  const transitive = await ask(random, 'transitive');
  const started = performance.now();
  await client.call(doors.resolver.tiers, { release });
  return {
    ...{ impact_p50_ms: quantile(direct, 0.5), impact_p95_ms: quantile(direct, 0.95) },
    ...{ big10_max_ms: rounded(Math.max(...ten)), transitive_p95_ms: quantile(transitive, 0.95) },
    knots_tiers_ms: rounded(performance.now() - started),
  };
}
