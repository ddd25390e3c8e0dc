import { startTestNats } from '@millrace/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Gate, Subject } from './driver';
import type { Report } from './measured';
import type { Shape } from './web';

const usage = `npm run bench:scheduler -- [--rebuilds N] [--needs N] [--hub N] [--seconds N] [--database URL] [--json]

Measures the scheduler: a real process with a real database and a real nats-server, a builder that takes no time and a
gate that always passes. --database: of PostgreSQL, e.g. postgres://localhost/bench; SQLite files when left out.
`;

type Figures = Record<string, number>;

void main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rebuilds: { type: 'string', default: '35000' },
      needs: { type: 'string', default: '250000' },
      hub: { type: 'string', default: '5000' },
      seconds: { type: 'string', default: '60' },
      database: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(usage);
  const large = { rebuilds: Number(values.rebuilds), needs: Number(values.needs), hub: Number(values.hub) };
  const database = values.database ?? null;
  const small = await withMill({ rebuilds: 1000, needs: 2500, hub: 0 }, null, measureEvents);
  const figures = await withMill(large, database, (subject) => measure(subject, large, Number(values.seconds)));
  const event_p99_ms_small = quantile(small, 0.99);
  const all: Figures = {
    rebuilds: large.rebuilds,
    needs: large.needs,
    plan_s: figures['plan_s']!,
    event_p50_ms: figures['event_p50_ms']!,
    event_p99_ms: figures['event_p99_ms']!,
    event_p99_ms_small,
    ratio_large_small: round(figures['event_p50_ms']! / quantile(small, 0.5)),
    hub_event_ms: figures['hub_event_ms']!,
    verdict_to_submit_p99_ms: figures['verdict_to_submit_p99_ms']!,
    events_per_s: figures['events_per_s']!,
    peak_mb: figures['peak_mb']!,
    restart_s: figures['restart_s']!,
  };
  for (const [name, value] of Object.entries(all)) process.stdout.write(`${name}: ${value}\n`);
  if (values.json) process.stdout.write(`${JSON.stringify(all)}\n`);
}

async function withMill<Result>(
  shape: Shape,
  database: string | null,
  use: (subject: Subject) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-scheduler-'));
  const nats = await startTestNats();
  const subject = new Subject({ ...shape, capacity: 1000 }, join(folder, 'data'), nats.url, database);
  await subject.start();
  const gate = await Gate.open(nats.url);
  try {
    return await use(subject);
  } finally {
    await gate.close();
    await subject.kill();
    await nats.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(subject: Subject, shape: Shape, seconds: number): Promise<Figures> {
  const [plan_s] = await planned(subject);
  const hub_event_ms = shape.hub > 0 ? await hubEvent(subject) : 0;
  await subject.report(true);
  const times = await paced(subject, 20);
  const { verdictToSubmit, peakMb: planning } = await subject.report();
  await subject.kill();
  const restart_s = await resumed(subject);
  const events_per_s = await atFullSpeed(subject, seconds);
  const { peakMb } = await subject.report();
  return {
    plan_s: round(plan_s),
    event_p50_ms: quantile(times, 0.5),
    event_p99_ms: quantile(times, 0.99),
    hub_event_ms,
    verdict_to_submit_p99_ms: quantile(verdictToSubmit, 0.99),
    events_per_s,
    // Of both processes: the one that made the plan, and the one at full speed.
    peak_mb: Math.max(planning, peakMb),
    restart_s,
  };
}

async function measureEvents(subject: Subject): Promise<number[]> {
  await planned(subject);
  await subject.report(true);
  return paced(subject, 10);
}

/** From the command until everything is stored and the first builds have begun. */
async function planned(subject: Subject): Promise<[number, Report]> {
  subject.tell({ kind: 'start' });
  return subject.until(({ state, busy }) => state === 'running' && busy > 0, 'the plan');
}

/** The one with very many dependants is admitted: until all of them know it. */
async function hubEvent(subject: Subject): Promise<number> {
  await subject.until(({ busy }) => busy >= 400, 'the first tier');
  await subject.report(true);
  subject.tell({ kind: 'end', component: 'rpm/hub' });
  const [, report] = await subject.until(({ times }) => (times['build.admitted'] ?? []).length > 0, 'the hub');
  return round(Math.max(...report.times['build.admitted']!));
}

/** A hundred events a second: fifty builds that end, fifty verdicts. */
async function paced(subject: Subject, seconds: number): Promise<number[]> {
  subject.tell({ kind: 'pace', perSecond: 50 });
  await sleep(2000);
  const before = await subject.report(true);
  await sleep(seconds * 1000);
  subject.tell({ kind: 'pace', perSecond: 0 });
  const { times } = await subject.report();
  if (before.state !== 'running') throw new Error(`the cascade is ${before.state}`);
  return Object.values(times).flat();
}

/** A killed process is started again: until it decides on what its builds do. */
async function resumed(subject: Subject): Promise<number> {
  const from = performance.now();
  await subject.start();
  await subject.until(({ times }) => (times['build.ended'] ?? []).length > 0, 'the first event after the start');
  return round((performance.now() - from) / 1000);
}

async function atFullSpeed(subject: Subject, seconds: number): Promise<number> {
  subject.tell({ kind: 'at-once' });
  await sleep(2000);
  await subject.report(true);
  const from = performance.now();
  await sleep(seconds * 1000);
  const { times } = await subject.report();
  const spent = (performance.now() - from) / 1000;
  const events = (times['build.ended'] ?? []).length + (times['verdict.decided'] ?? []).length;
  return Math.round(events / spent);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
