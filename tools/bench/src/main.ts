import { doors } from '@millrace/contracts';
import type { Client } from '@millrace/admin-client';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fetchIndices, type Indices } from './debian';
import { imported } from './imports';
import { Mill } from './mill';
import { benSeconds, doseSeconds, plain } from './others';
import { big, quantile, randomComponents, release, rounded, timed } from './questions';
import { writeRepository } from './rpm-repository';
import { knownSets } from './sets';

type Figures = Record<string, number | null>;

const rpmPackages = 100_000;

void main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      ...{ sources: { type: 'string' }, packages: { type: 'string' } },
      ...{ json: { type: 'boolean' }, sets: { type: 'boolean' } },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  const mill = new Mill(join(folder, 'mill'), await freeBase());
  try {
    const indices =
      values.sources && values.packages
        ? { sources: resolve(values.sources), packages: resolve(values.packages) }
        : fetchIndices(folder);
    if (values.sets) return void (await showSets(mill, indices));
    const figures = await measure(mill, indices, folder);
    for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name}: ${value ?? 'not measured'}\n`);
    if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  } finally {
    await mill.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function showSets(mill: Mill, indices: Indices): Promise<void> {
  const client = await mill.start();
  await imported(client, debianOrder(indices));
  for (const line of await knownSets(client)) process.stdout.write(`${line}\n`);
}

async function measure(mill: Mill, indices: Indices, folder: string): Promise<Figures> {
  const client = await mill.start();
  const debian = await imported(client, debianOrder(indices));
  const import_peak_mb = mill.peakMb();
  const { counts } = await client.call(doors.resolver.stats, { release });
  const [first] = await randomComponents(client, 1);
  const packages = [writeRepository(join(folder, 'rpm'), rpmPackages)];
  const rpm = await imported(client, { release: 'rpm', kind: 'rpm-md', packages });
  await mill.stop();
  const again = await mill.start();
  await timed(mill.resolver, { release, changed: [first!], scope: 'direct' });
  const restart_s = Math.round(Date.now() - mill.startedAt()) / 1000;
  const { at_once_ratio, ...served } = await questions(mill, again);
  const perl = { changed: ['deb/perl'], lost: ['perlapi-5.36.0', 'libperl5.36'] };
  const ours = await middle(mill, { release, ...perl });
  const openssl = await middle(mill, { release, changed: ['deb/openssl'], scope: 'direct' });
  const ordering = performance.now();
  await again.call(doors.resolver.order, { release, limit: 1 });
  const order_s = rounded((performance.now() - ordering) / 1000);
  await mill.stop();
  const files = plain(indices, folder);
  const ben = benSeconds(files, folder);
  const dose = doseSeconds(files, folder);
  return {
    ...{ sources: counts['components']!, binaries: counts['packages']!, edges: counts['build_edges']! },
    ...{ import_s: debian.seconds, import_peak_mb, restart_s },
    ...served,
    ben_ratio: ben === null ? null : Math.round(ben / (ours / 1000)),
    dose_ratio: dose === null ? null : Math.round(dose / (openssl / 1000)),
    ...{ rpm_packages: rpmPackages, rpm_import_s: rpm.seconds, import_stall_ms: debian.stallMs },
    ...{ order_s, at_once_ratio: at_once_ratio! },
  };
}

function debianOrder({ sources, packages }: Indices) {
  return { release, kind: 'deb822' as const, sources: [sources], packages: [packages] };
}

/** Of three times: what else the machine does at one moment counts for little. */
async function middle(mill: Mill, question: Parameters<typeof timed>[1]): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 3; n++) times.push(await timed(mill.resolver, question));
  return times.sort((a, b) => a - b)[1]!;
}

async function questions(mill: Mill, client: Client): Promise<Figures> {
  const random = await randomComponents(client, 300);
  const ask = async (ids: readonly string[], scope: 'direct' | 'transitive'): Promise<number[]> => {
    const times: number[] = [];
    for (const id of ids) times.push(await timed(mill.resolver, { release, changed: [id], scope }));
    return times;
  };
  // The first questions of a fresh process are answered by code that was not compiled yet.
  await ask(random.slice(0, 100), 'direct');
  const direct = await ask(random, 'direct');
  const ten: number[] = [];
  for (const name of big) ten.push(await middle(mill, { release, changed: [`deb/${name}`], scope: 'direct' }));
  const transitive = await ask(random, 'transitive');
  const tiers: number[] = [];
  for (let n = 0; n < 3; n++) {
    const started = performance.now();
    await client.call(doors.resolver.tiers, { release });
    tiers.push(performance.now() - started);
  }
  return {
    ...{ impact_p50_ms: quantile(direct, 0.5), impact_p95_ms: quantile(direct, 0.95) },
    ...{ big10_max_ms: rounded(Math.max(...ten)), transitive_p95_ms: quantile(transitive, 0.95) },
    ...{ knots_tiers_ms: quantile(tiers, 0.5), at_once_ratio: await atOnce(mill, random.slice(0, 50)) },
  };
}

/** How long many questions at once take, by how long they take one after another. */
async function atOnce(mill: Mill, ids: readonly string[]): Promise<number> {
  const ask = (id: string): Promise<number> => timed(mill.resolver, { release, changed: [id], scope: 'direct' });
  const alone = performance.now();
  for (const id of ids) await ask(id);
  const together = performance.now();
  await Promise.all(ids.map(ask));
  return Math.round(((performance.now() - together) / (together - alone)) * 100) / 100;
}

/** Seven ports in a row that nobody has at the moment, below those that the system gives away. */
async function freeBase(): Promise<number> {
  for (let base = 21_300; base < 32_000; base += 100) {
    const free = await Promise.all(Array.from({ length: 7 }, (_, n) => isFree(base + n)));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no seven ports in a row are free between 21300 and 32000');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
