import { releaseDefinition } from '@millrace/contracts';
import { moment, msBetween } from '@millrace/kernel';
import type { Input } from '@millrace/scheduler/domain/input';
import { durationOf } from './durations';
import { farm, release, type Outside } from './driver/outside';
import { epochMs, World } from './driver/world';
import { graphOf } from './invented';
import { seeded, seededFor } from './random';
import { stepsOf } from './schedule';

export interface WeekRun {
  readonly seed: number;
  /** Of the release. */
  readonly components: number;
  readonly builders: number;
  readonly failRate: number;
  readonly gateS: number;
  readonly repoS: number;
  readonly fixS: number;
  readonly pace: 'flow' | 'lockstep';
}

export interface Week {
  readonly changes: number;
  readonly cascades: number;
  /** Cascades that have not ended two days after the last change. */
  readonly open: number;
  readonly rebuilds: number;
  readonly unaided_share: number;
  readonly longest_h: number;
  readonly decisions: number;
}

const changes = 7 * 24 * 60;
const minute = 60_000;
/** After the last change everything must come to an end within two days. */
const drain = 2 * 24 * 60 * minute;

/** A commit somewhere in a release every minute for a week: what becomes of the cascades. */
export async function simulateWeek(run: WeekRun): Promise<Week> {
  const world = new World(outsideOf(run), run.seed);
  const random = seeded(run.seed);
  await world.open();
  for (let n = 1; n <= changes; n++) {
    const at = epochMs + n * minute;
    await world.run((one) => (one.nextMs ?? Infinity) > at);
    world.passTo(at);
    await world.take(commitOf(Math.floor(random() * run.components), n), 'git');
  }
  const end = world.nowMs + drain;
  await world.run((one) => (one.isQuiet && !one.isRunning) || one.nowMs > end);
  return weekOf(world);
}

function weekOf(world: World): Week {
  const cascades = [...world.store.tables.cascades.rows.values()];
  const rebuilds = [...world.store.tables.rebuilds.rows.values()];
  const unaided = rebuilds.filter((row) => row.state === 'validated' && row.origin === 'cascade').length;
  const hours = cascades.map((row) => msBetween(row.startedAt, row.endedAt ?? moment(world.nowMs)) / 3_600_000);
  return {
    changes,
    cascades: cascades.length,
    open: cascades.filter((row) => row.state !== 'completed' && row.state !== 'cancelled').length,
    rebuilds: rebuilds.length,
    unaided_share: Math.round((unaided / rebuilds.length) * 10_000) / 10_000,
    longest_h: Math.round(hours.reduce((most, one) => Math.max(most, one), 0) * 100) / 100,
    decisions: world.decisions,
  };
}

function commitOf(n: number, count: number): Input {
  const source = { kind: 'git' as const, url: `file:///git/p${n}`, commit: String(count).padStart(40, '0') };
  return {
    ...({ type: 'change.reported', release, asked: false } as const),
    change: {
      ...({ id: null, release, kind: 'commit', all: false, unknown: [], urgency: 'normal', by: 'git' } as const),
      ...{ why: `commit ${count}`, components: [{ component: `rpm/p${n}`, source, nvr: null }] },
    },
  };
}

function outsideOf(run: WeekRun): Outside {
  const { needs, network } = graphOf(run.components, run.seed);
  const above = needs.map((_, n) => needs.flatMap((of, by) => (of.includes(n) ? [by] : [])));
  const builds = new Map<string, number>();
  const nth = (component: string): number => {
    builds.set(component, (builds.get(component) ?? 0) + 1);
    return builds.get(component)!;
  };
  const numberOf = (component: string): number => Number(component.slice('rpm/p'.length));
  const ms = (component: string): number => durationOf(run.seed, component) * 1000;
  return {
    definition: definitionFor(run),
    builders: run.builders,
    plan: (members) => stepsOf(network, numbersIn(network.components, members, run.components)),
    buildMs: ms,
    expectedMs: ms,
    buildEnd: (component) =>
      seededFor(run.seed, `${component} build ${nth(component)}`)() < run.failRate ? 'failed' : 'complete',
    gate: () => 'passed',
    gateMs: run.gateS * 1000,
    admitMs: run.repoS * 1000,
    partSize: 250,
    // A tenth of the new builds changes what others use.
    broken: (component) => {
      const changed = seededFor(run.seed, `${component} changes ${builds.get(component) ?? 0}`)() < 0.1;
      return changed ? above[numberOf(component)]!.map((by) => `rpm/p${by}`) : [];
    },
    fix: () => ({ afterMs: run.fixS * 1000, againstCascade: true }),
    weather: null,
  };
}

function numbersIn(
  names: { find(id: string): number },
  members: readonly string[] | 'all',
  length: number,
): Int32Array {
  if (members === 'all') return Int32Array.from({ length }, (_, n) => n);
  return Int32Array.from(members.map((id) => names.find(id)).filter((n) => n !== -1)).sort();
}

/** A release as most are: it gathers changes for five minutes, starts slowly, cuts off early, and folds. */
function definitionFor({ pace, builders }: WeekRun) {
  return releaseDefinition.parse({
    ...{ release, title: 'Busy', mode: 'act', product_version: 'busy-1', pace, landing: 'automatic' },
    ...{ build_systems: { rpm: farm }, sources: { rpm: { git: 'file:///git' } }, gates: [{ id: 'all', rules: [] }] },
    ...{ people: { ada: { mail: 'ada@mill.example' } }, owners: [{ components: ['*'], people: ['ada'] }] },
    ...{ releng: ['ada'], capacity: builders, triggers: { lull: '5m' }, canaries: { first: 4, stop_loss: 1 } },
  });
}
