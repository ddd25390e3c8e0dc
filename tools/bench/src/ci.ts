import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Bridge, type Size } from './bridge';
import { Mill } from './mill';
import { quantile } from './questions';

type Figures = Record<string, number>;

const portBase = 21_400;
const seedProgram = resolve(__dirname, '../../../apps/ci-bridge/dist/seed.js');

void main();

/** Measures the ci-bridge with many results stored: seeds them, starts the service, and asks over HTTP. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, results: { type: 'string', default: '1000000' } },
  });
  const results = Number(values.results);
  const size: Size = { results, items: Math.max(1, Math.round(results / 20)), testcases: 200 };
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-ci-'));
  const data = join(folder, 'mill');
  const mill = new Mill(data, portBase, 'ci-bridge');
  try {
    const seed_s = seed(data, size);
    await mill.start();
    const measured = await measure(new Bridge(portBase + 3, size));
    const figures: Figures = { results, ...measured, peak_mb: mill.peakMb() };
    for (const [name, value] of Object.entries({ seed_s, ...figures })) process.stdout.write(`${name}: ${value}\n`);
    if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  } finally {
    await mill.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Seconds that it takes to fill the service's database through its store, before the service starts. */
function seed(data: string, { results, items, testcases }: Size): number {
  const folder = join(data, 'ci-bridge');
  mkdirSync(folder, { recursive: true });
  const started = performance.now();
  const counts = ['--results', String(results), '--items', String(items), '--testcases', String(testcases)];
  const args = [seedProgram, '--database', `sqlite:${join(folder, 'ci-bridge.sqlite')}`, ...counts];
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error('the database could not be seeded');
  return Math.round(performance.now() - started) / 1000;
}

async function measure(bridge: Bridge): Promise<Figures> {
  // The first questions of a fresh process are answered by code that was not compiled yet.
  await bridge.decisions(100);
  const decisions = await bridge.decisions(500);
  await bridge.latest(100);
  const latest = await bridge.latest(500);
  await bridge.intake(2000);
  const intake_per_s = await bridge.intake(20_000);
  return {
    intake_per_s,
    decision_p50_ms: quantile(decisions, 0.5),
    decision_p99_ms: quantile(decisions, 0.99),
    latest_p99_ms: quantile(latest, 0.99),
  };
}
