import { doors, releaseDefinition } from '@millrace/contracts';
import { Engine } from '@millrace/engine';
import { moment } from '@millrace/kernel';
import { explainQuestions } from '@millrace/scheduler/admin/explain';
import type { Input } from '@millrace/scheduler/domain/input';
import { outlook } from '@millrace/scheduler/domain/outlook';
import { catchUp } from '@millrace/scheduler/outbound/catch-up';
import type { Outside } from '@millrace/scheduler/outbound/outside';
import { configuredBumps } from '@millrace/scheduler/outbound/configured';
import { worksOf } from '@millrace/scheduler/outbound/works';
import { definition } from '@millrace/scheduler/wiring';
import { keepHeapSmall, startService } from '@millrace/service';
import { readFileSync } from 'node:fs';
import { Builder } from './builder';
import { LedgerBuilder } from './ledger-builder';
import { webOf, type Impact, type Shape } from './web';

/** What the bench asks of the process, and what it answers. */
export type Ask =
  | { readonly kind: 'start' }
  | { readonly kind: 'pace'; readonly perSecond: number }
  | { readonly kind: 'end'; readonly component: string }
  | { readonly kind: 'at-once' }
  | { readonly kind: 'exit' }
  | { readonly kind: 'explain' }
  | { readonly kind: 'report'; readonly forget: boolean };

export interface Report {
  readonly state: string | null;
  readonly counts: Readonly<Record<string, number>>;
  /** Milliseconds from delivery to commit, by type of input. */
  readonly times: Readonly<Record<string, readonly number[]>>;
  /** Milliseconds from the verdict that freed a rebuild to its submission. */
  readonly verdictToSubmit: readonly number[];
  readonly busy: number;
  readonly peakMb: number;
  /** Processor time of the process so far, all its threads: what waits for other processes is not in it. */
  readonly cpuMs: number;
}

/** Milliseconds of the whole answer to `cascade explain`, and of its look into the future alone. */
export interface Explained {
  readonly rebuilds: number;
  readonly whole: number;
  readonly outlook: number;
}

const shape = JSON.parse(process.argv[2]!) as Shape & { readonly capacity: number; readonly ledger?: string };
const timed = new Set<string>(['build.ended', 'verdict.decided', 'build.admitted']);
const times: Record<string, number[]> = {};
/** Until it was asked for: in a mill it comes over the bus, and belongs to the resolver. */
let web: Impact | null = webOf(shape);
const needs = new Map(web.rebuilds.map((one) => [one.component, one.needs.map((need) => need.component)]));
const verdictAt = new Map<string, number>();
let verdictToSubmit: number[] = [];

/**
 * The scheduler whole, with a builder that takes no time and a resolver that answers from memory: what is measured is
 * the scheduler's own.
 */
async function main(): Promise<void> {
  const builder = new Builder(shape.capacity, (order) => {
    const freed = Math.max(...needs.get(order.component)!.map((need) => verdictAt.get(need) ?? 0));
    if (freed > 0) verdictToSubmit.push(performance.now() - freed);
  });
  watchTimes();
  // As every service does.
  keepHeapSmall();
  await startService(
    {
      ...definition,
      setUp: ({ config, dataDir, read, take }) => {
        const answer = (door: unknown): unknown =>
          door === doors.resolver.impact ? impact() : { lost: [], added: [], unneeded: [] };
        const played = { ask: (door: unknown) => Promise.resolve(answer(door)) } as unknown as Outside['asker'];
        const system = shape.ledger === undefined ? builder : new LedgerBuilder(shape.ledger, shape.capacity);
        const systems = new Map([[builder.name, system]]);
        const bumps = configuredBumps(config, dataDir, systems);
        const outside: Outside = { read, asker: played, systems, git: bumps.git, take };
        process.on('message', (ask: Ask) => void obey(ask, builder, outside));
        return Promise.resolve({
          doors: [],
          works: worksOf(outside, bumps),
          start: () => catchUp(outside),
        });
      },
    },
    process.env,
  );
  process.send!({ kind: 'ready' });
}

function impact(): Impact {
  const answer = web ?? webOf(shape);
  web = null;
  return answer;
}

let pacing: NodeJS.Timeout | null = null;

async function obey(ask: Ask, builder: Builder, outside: Outside): Promise<void> {
  switch (ask.kind) {
    case 'start':
      return begin(outside, [...needs.keys()]);
    case 'pace': {
      if (pacing) clearInterval(pacing);
      pacing = ask.perSecond === 0 ? null : setInterval(() => builder.end(1), 1000 / ask.perSecond);
      return;
    }
    case 'end':
      return builder.endOf(ask.component);
    case 'at-once':
      builder.atOnce = true;
      return builder.end(Infinity);
    case 'exit':
      return process.exit(0);
    case 'explain':
      return void process.send!({ kind: 'explained', explained: await explained(outside) });
    case 'report':
      return report(builder, outside, ask.forget);
  }
}

async function begin({ take }: Outside, components: readonly string[]): Promise<void> {
  const bench = releaseDefinition.parse({
    release: 'bench',
    title: 'Bench',
    mode: 'act',
    product_version: 'bench-1',
    build_systems: { rpm: 'local-rpm' },
    sources: {},
    gates: [],
    people: { ada: { mail: 'ada@bench.example' } },
    owners: [],
    releng: ['ada'],
    capacity: 10_000,
    canaries: { first: 0 },
    landing: 'automatic',
  });
  await take({ type: 'release.apply', release: 'bench', definition: bench, why: '' }, { id: 'release', who: 'bench' });
  const source = { kind: 'git', url: 'https://src.example/rpms', commit: '0'.repeat(40) } as const;
  const named = components.map((component) => ({ component, source, nvr: null }));
  const change = { id: null, release: 'bench', kind: 'set', all: false, components: named, unknown: [] } as const;
  const asked = { ...change, urgency: 'normal', by: 'bench', why: 'a mass rebuild' } as const;
  await take({ type: 'change.reported', release: 'bench', asked: true, change: asked }, { id: 'go', who: 'bench' });
}

async function report(builder: Builder, { read }: Outside, forget: boolean): Promise<void> {
  const [cascade] = await read.cascades.where({ release: 'bench' });
  const answer: Report = {
    state: cascade?.takingUp ? 'taking-up' : (cascade?.state ?? null),
    counts: (cascade?.counts ?? {}) as Record<string, number>,
    times,
    verdictToSubmit,
    busy: builder.busy,
    cpuMs: process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000,
    peakMb: Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1000),
  };
  process.send!({ kind: 'report', report: answer });
  if (!forget) return;
  for (const type of Object.keys(times)) times[type] = [];
  verdictToSubmit = [];
}

async function explained({ read }: Outside): Promise<Explained> {
  const [cascade] = await read.cascades.where({ release: 'bench' });
  const [door] = explainQuestions(read);
  if (!cascade || !door || !('answer' in door)) throw new Error('there is nothing to explain');
  const from = performance.now();
  await door.answer({ cascade: cascade.id } as never, { name: 'bench', role: 'reader' } as never);
  const whole = performance.now() - from;
  const rows = await read.rebuilds.where({ cascade: cascade.id });
  const since = performance.now();
  outlook(rows, { slots: shape.capacity, gate: 600_000 }, moment(Date.now()));
  return { rebuilds: rows.length, whole, outlook: performance.now() - since };
}

/** From delivery (the engine is given the input) to commit (it answers). */
function watchTimes(): void {
  const { take: taken } = Engine.prototype;
  Engine.prototype.take = async function timedTake(this: Engine<never, Input>, input: Input, meta: never) {
    const from = performance.now();
    if (input.type === 'verdict.decided') verdictAt.set(`rpm/${input.build.split('_')[2]}`, from);
    const result = await taken.call(this as never, input as never, meta);
    if (timed.has(input.type)) (times[input.type] ??= []).push(performance.now() - from);
    return result;
  } as never;
}

void main();
