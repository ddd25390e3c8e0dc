import { releaseDefinition, type ReleaseDefinition } from '@millrace/contracts';
import { lowerBound, sharpBound } from './bound';
import { drawOf, type Draw } from './draw';
import { farm, release, type HandFix, type Outside, type Weather } from './driver/outside';
import { epochMs, World } from './driver/world';
import { normal, seededFor } from './random';
import type { Step } from './schedule';

/** One run over a set. Times in seconds. */
export interface Run {
  readonly steps: readonly Step[];
  readonly builders: number;
  readonly pace: 'flow' | 'lockstep';
  readonly seed: number;
  /** Share of the components whose build fails. */
  readonly failRate: number;
  readonly gateS: number;
  readonly repoS: number;
  /** From the news of a failure to the build that somebody makes by hand; null: nobody does. */
  readonly fixS: number | null;
  /** Spread (sigma of the logarithm) of what the scheduler takes a duration for. */
  readonly noise: number;
  readonly weather: Weather | null;
  /** Times at which the scheduler dies, in seconds from the start. */
  readonly crashes: readonly number[];
}

export interface Outcome {
  readonly rebuilds: number;
  readonly lowerBoundS: number;
  readonly makespanS: number;
  readonly ratio: number;
  /** See {@link Draw}. */
  readonly putAside: number;
  /** Share of the rebuilds that were validated without a person. */
  readonly unaidedShare: number;
  readonly state: string;
  readonly decisions: number;
}

/** Has the scheduler's decider rebuild a whole set in virtual time. */
export async function simulate(run: Run): Promise<Outcome> {
  const draw = drawOf(run.steps, run.builders, run.seed);
  const outside = outsideOf(run, draw);
  const world = new World(outside, run.seed, { reconciles: run.weather !== null || run.crashes.length > 0 });
  await world.open();
  await world.take(wholeSet());
  for (const at of run.crashes) {
    await world.run((one) => isOver(one, run) || (one.nextMs ?? Infinity) > epochMs + at * 1000);
    world.crash();
  }
  await world.run((one) => isOver(one, run));
  return { ...outcomeOf(world, run), putAside: draw.putAside };
}

function isOver(world: World, run: Run): boolean {
  const state = world.cascade?.state;
  return state === 'completed' || state === 'cancelled' || (state === 'stalled' && run.fixS === null);
}

function outcomeOf(world: World, run: Run): Omit<Outcome, 'putAside'> {
  const rows = new Map<string, { readonly state: string; readonly origin: string | null }>();
  for (const row of world.store.tables.rebuilds.rows.values()) rows.set(`${row.component} ${row.pass}`, row);
  const reached = run.steps.map(({ component, pass }) => rows.get(`${component} ${pass}`)!);
  const lowerBoundS = boundOf(
    run,
    world.outside,
    reached.map((row) => row.state),
  );
  const unaided = reached.filter((row) => row.state === 'validated' && row.origin === 'cascade').length;
  const makespanS = (world.nowMs - epochMs) / 1000;
  return {
    rebuilds: run.steps.length,
    lowerBoundS,
    makespanS,
    ratio: makespanS / lowerBoundS,
    unaidedShare: unaided / run.steps.length,
    state: world.cascade?.state ?? 'never started',
    decisions: world.decisions,
  };
}

/**
 * The bound over what was reached: a step above a failure costs nothing, since nobody began it. With gates and
 * repositories it is the one that knows what builders must wait for; without, the one that everybody can work out.
 */
function boundOf(run: Run, outside: Outside, states: readonly string[]): number {
  const began = (n: number): boolean => states[n] !== 'waiting' && states[n] !== 'ready';
  const place = new Map<number, number>();
  const steps = run.steps.flatMap((step, n) => {
    if (!began(n)) return [];
    place.set(n, place.size);
    return [{ ...step, needs: step.needs.flatMap((need) => place.get(need) ?? []) }];
  });
  const numbers = [...place.keys()];
  const gate = run.gateS + run.repoS;
  const after = numbers.map((n) => {
    const failed = outside.buildEnd(run.steps[n]!.component, 1) === 'failed';
    if (!failed) return gate;
    return run.fixS === null ? 0 : gate + run.fixS;
  });
  const build = numbers.map((n) => outside.buildMs(run.steps[n]!.component, run.steps[n]!.pass) / 1000);
  return (gate > 0 ? sharpBound : lowerBound)(steps, { build, after }, run.builders);
}

function outsideOf(run: Run, draw: Draw): Outside {
  const { seed, steps } = run;
  const seconds = new Map(steps.map(({ component, pass }, n) => [`${component} ${pass}`, draw.seconds[n]!]));
  const fix: HandFix | null = run.fixS === null ? null : { afterMs: run.fixS * 1000, againstCascade: true };
  const buildMs = (component: string, pass: number): number => seconds.get(`${component} ${pass}`)! * 1000;
  const guess = (component: string): number => Math.exp(run.noise * normal(seededFor(seed, `guess ${component}`)));
  return {
    definition: definitionFor(run),
    builders: run.builders,
    plan: () => steps,
    buildMs,
    expectedMs: (component) => Math.round(buildMs(component, 1) * (run.noise === 0 ? 1 : guess(component))),
    buildEnd: (component) => (seededFor(seed, `fails ${component}`)() < run.failRate ? 'failed' : 'complete'),
    gate: () => 'passed',
    gateMs: run.gateS * 1000,
    admitMs: run.repoS * 1000,
    partSize: 250,
    broken: () => [],
    fix: () => fix,
    weather: run.weather,
  };
}

/** A release that acts by itself, has one farm for everything, and starts at full speed. */
export function definitionFor({ pace }: Pick<Run, 'pace'>): ReleaseDefinition {
  const parsed = releaseDefinition.parse({
    ...{ release, title: 'Simulated', mode: 'act', product_version: 'sim-1', pace, landing: 'automatic' },
    ...{ build_systems: { rpm: farm }, sources: { rpm: { git: 'file:///git' } }, gates: [{ id: 'all', rules: [] }] },
    ...{ people: { ada: { mail: 'ada@mill.example' } }, owners: [{ components: ['*'], people: ['ada'] }] },
    ...{ releng: ['ada'], capacity: 10_000, canaries: { first: 0, stop_loss: 1 }, cut_off: false },
  });
  const build_systems = { rpm: farm, deb: farm, module: farm, container: farm, image: farm };
  return { ...parsed, build_systems };
}

function wholeSet() {
  const change = { id: null, release, kind: 'set', components: [], all: true, unknown: [], urgency: 'normal' } as const;
  return {
    ...({ type: 'change.reported', release, asked: true } as const),
    change: { ...change, by: 'sim', why: 'everything of the set' },
  };
}
