import { startTestNats } from '@millrace/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Gate, Subject } from './driver';
import type { Report } from './measured';
import { ownDatabase } from './own-database';
import { startOwnPostgres } from './own-postgres';
import type { Shape } from './web';

const usage = `npm run bench:scheduler -- [--rebuilds N] [--needs N] [--hub N] [--seconds N]
                           [--database URL | --postgres] [--json]

Measures the scheduler: a real process with a real database and a real nats-server, a builder that takes no time and a
gate that always passes. On SQLite files; --database: on a PostgreSQL server, e.g. postgres://localhost/bench, in
databases of its own that are removed afterwards; --postgres: on one that is started for this and gone afterwards.
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
      postgres: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(usage);
  const large = { rebuilds: Number(values.rebuilds), needs: Number(values.needs), hub: Number(values.hub) };
  const server = await serverOf(values);
  try {
    const small = await withMill({ rebuilds: 1000, needs: 2500, hub: 0 }, server.url, measureEvents);
    const figures = await withMill(large, server.url, (subject) => measure(subject, large, Number(values.seconds)));
    print(large, small, figures, values.json === true);
  } finally {
    await server.stop();
  }
}

interface Server {
  /** null: SQLite files. */
  readonly url: string | null;
  stop(): Promise<void>;
}

async function serverOf({ database, postgres }: { database?: string; postgres?: boolean }): Promise<Server> {
  if (postgres !== true) return { url: database ?? null, stop: () => Promise.resolve() };
  const own = await startOwnPostgres();
  if (!own) throw new Error('there is no PostgreSQL here, or nobody to run it as');
  return own;
}

function print(large: Shape, small: readonly number[], figures: Figures, json: boolean): void {
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
  const beside = ['event_cpu_ms', 'event_cpu_ms_full_speed', 'outlook_ms', 'explain_ms'];
  const printed = [...Object.entries(all), ...beside.map((name) => [name, figures[name]] as const)];
  for (const [name, value] of printed) process.stdout.write(`${name}: ${value}\n`);
  if (json) process.stdout.write(`${JSON.stringify(all)}\n`);
}

async function withMill<Result>(
  shape: Shape,
  server: string | null,
  use: (subject: Subject) => Promise<Result>,
): Promise<Result> {
  const database = server === null ? null : await ownDatabase(server);
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-scheduler-'));
  const nats = await startTestNats();
  const subject = new Subject({ ...shape, capacity: 1000 }, join(folder, 'data'), nats.url, database?.url ?? null);
  await subject.start();
  const gate = await Gate.open(nats.url);
  try {
    return await use(subject);
  } finally {
    await gate.close();
    await subject.kill();
    await nats.stop();
    await database?.drop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(subject: Subject, shape: Shape, seconds: number): Promise<Figures> {
  const [plan_s] = await planned(subject);
  const hub_event_ms = shape.hub > 0 ? await hubEvent(subject) : 0;
  await subject.report(true);
  const [times, event_cpu_ms] = await paced(subject, 20);
  const { verdictToSubmit, peakMb: planning } = await subject.report();
  const { whole, outlook } = await subject.explain();
  await subject.kill();
  const restart_s = await resumed(subject);
  const [events_per_s, event_cpu_ms_full_speed] = await atFullSpeed(subject, seconds);
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
    // Beside the goals.
    event_cpu_ms,
    event_cpu_ms_full_speed,
    outlook_ms: round(outlook),
    explain_ms: round(whole),
  };
}

async function measureEvents(subject: Subject): Promise<number[]> {
  await planned(subject);
  await subject.report(true);
  const [times] = await paced(subject, 10);
  return times;
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

/** A hundred events a second: fifty builds that end, fifty verdicts. Their times, and the processor time of one. */
async function paced(subject: Subject, seconds: number): Promise<[number[], number]> {
  subject.tell({ kind: 'pace', perSecond: 50 });
  await sleep(2000);
  const before = await subject.report(true);
  await sleep(seconds * 1000);
  subject.tell({ kind: 'pace', perSecond: 0 });
  const { times, cpuMs } = await subject.report();
  if (before.state !== 'running') throw new Error(`the cascade is ${before.state}`);
  const all = Object.values(times).flat();
  return [all, round((cpuMs - before.cpuMs) / all.length)];
}

/** A killed process is started again: until it decides on what its builds do. */
async function resumed(subject: Subject): Promise<number> {
  const from = performance.now();
  await subject.start();
  await subject.until(({ times }) => (times['build.ended'] ?? []).length > 0, 'the first event after the start');
  return round((performance.now() - from) / 1000);
}

/** Events a second, and processor time of one. */
async function atFullSpeed(subject: Subject, seconds: number): Promise<[number, number]> {
  subject.tell({ kind: 'at-once' });
  await sleep(2000);
  const before = await subject.report(true);
  const from = performance.now();
  await sleep(seconds * 1000);
  const { times, cpuMs } = await subject.report();
  const spent = (performance.now() - from) / 1000;
  const events = (times['build.ended'] ?? []).length + (times['verdict.decided'] ?? []).length;
  return [Math.round(events / spent), round((cpuMs - before.cpuMs) / events)];
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
