import type { WorkEffect } from '@millrace/kernel';
import { reordered } from '@millrace/scheduler/domain/extension';
import type { Input, LandedBuild, PlannedRebuild } from '@millrace/scheduler/domain/input';
import { placed } from '@millrace/scheduler/domain/paths';
import type { Step } from '../schedule';
import { base, side } from './farm';
import { farm, release } from './outside';
import { epochMs, type World } from './world';

/** Something that comes to the scheduler later; in virtual milliseconds. */
export interface Coming {
  readonly atMs: number;
  /** Asked for when the time has come: what was on the way may be cancelled meanwhile. */
  readonly inputs: () => readonly Input[];
}

/** What the scheduler's calls carry. */
interface Order {
  readonly cascade: string;
  readonly rebuild: string;
  readonly component: string;
  readonly attempt: number;
  readonly build: string;
  readonly number: number;
  readonly round: number;
  readonly landing: string;
  readonly outcome: 'landed' | 'kept' | 'cancelled';
  readonly builds: readonly LandedBuild[];
}

/** Makes a call of the scheduler's: what it brings back, and when. Made again, it brings the same. */
export function answerTo(world: World, call: WorkEffect): Coming | null {
  const order = call.order as Order;
  const about = { release, rebuild: order.rebuild, attempt: order.attempt };
  const now = world.nowMs;
  switch (call.kind) {
    case 'plan.make':
      return { atMs: now, inputs: () => planFor(world, order) };
    case 'build.submit':
      return at(now, { type: 'build.submitted', ...about, build: submit(world, order) });
    case 'build.look':
      return lookAt(world, order);
    case 'build.compare': {
      const because = `${order.component} changed what it uses`;
      const broken = world.outside.broken(order.component);
      const added = broken.map((component) => ({ component, because }));
      const lost = broken.map((dependant) => ({ dependant, requirement: `lib of ${order.component}`, kind: 'run' }));
      return at(now, { type: 'build.compared', ...about, added, lost });
    }
    case 'build.admit': {
      const repository = { ...side, place: order.cascade };
      return at(now + world.outside.admitMs, { type: 'build.admitted', ...about, repository });
    }
    case 'build.cancel':
      world.farm.cancel(order.build, now);
      return at(now, { type: 'build.cancelled', release, build: order.build });
    case 'build.collect':
      return at(now, { type: 'hand.ended', release, ended: world.farm.ended(order.build) });
    case 'landing.check': {
      const { cascade, landing, round } = order;
      const part = { subject: landing, members: [] };
      const check = { total: 0, phases: 0, adapters: [], findings: [], staying: [], stays: 0, part };
      return at(now, { type: 'landing.checked', release, cascade, landing, round, check });
    }
    case 'place.close': {
      const { cascade, outcome } = order;
      return at(now, { type: 'place.closed', release, cascade, outcome, repository: base });
    }
    case 'place.follow': {
      const { cascade, builds } = order;
      return at(now, { type: 'place.followed', release, cascade, builds, fault: null });
    }
    case 'builds.seen': {
      const builds = world.farm.madeByHand(now);
      const problem = world.outside.isSilent?.(now - epochMs) ? 'the connection was refused' : null;
      return at(now, {
        type: 'builds.seen',
        release,
        system: farm,
        builds: problem ? [] : builds,
        cursor: null,
        problem,
      });
    }
    default:
      return null;
  }
}

/** A build that may hang is looked at every minute; else only its end matters. */
const lookEvery = 60_000;

function lookAt(world: World, order: Order): Coming {
  const { rebuild, attempt, build } = order;
  const now = world.nowMs;
  const runs = world.outside.hang !== undefined && world.farm.phase(build, now + lookEvery) !== 'ended';
  if (runs) return lookLater(world, order);
  return {
    atMs: Math.max(now, world.farm.endOf(build)),
    inputs: () => [{ type: 'build.ended', release, rebuild, attempt, ended: world.farm.ended(build) }],
  };
}

function lookLater(world: World, { rebuild, attempt, build, round }: Order): Coming {
  const atMs = world.nowMs + lookEvery;
  return {
    atMs,
    inputs: () => {
      const phase = world.farm.phase(build, atMs);
      const status = { ...world.farm.status(build), state: phase === 'submitted' ? phase : ('building' as const) };
      if (phase !== 'ended') return [{ type: 'build.looked', release, rebuild, attempt, status, round }];
      return [{ type: 'build.ended', release, rebuild, attempt, ended: world.farm.ended(build) }];
    },
  };
}

function at(atMs: number, input: Input): Coming {
  return { atMs, inputs: () => [input] };
}

function submit(world: World, { rebuild, component, attempt, cascade }: Order): string {
  const row = world.store.tables.rebuilds.rows.get(rebuild)!;
  const { outside } = world;
  const hang = outside.hang?.(component, attempt);
  world.onSubmit(row);
  return world.farm.submit(
    {
      ...{ key: `${rebuild}/${attempt}`, component, cascade, origin: 'cascade', bootstrap: row.bootstrap },
      ...{ end: outside.buildEnd(component, attempt), ms: outside.buildMs(component, row.pass) * (hang?.times ?? 1) },
      ...{ inputs: [], untakenMs: hang?.untakenMs ?? 0 },
    },
    world.nowMs,
  );
}

function planFor(world: World, { cascade, number }: Order): readonly Input[] {
  const { requests, rebuilds, cascades } = world.store.tables;
  const request = requests.rows.get(cascade)!;
  const { plan, planning } = cascades.rows.get(cascade)!;
  const planned = plan === 0 ? [] : [...rebuilds.rows.values()].filter((row) => row.cascade === cascade);
  const wanted = new Map(planning.wanted.filter((one) => one.plan <= number).map((one) => [one.component, one]));
  const known = new Set(planned.map((row) => row.component));
  const steps = world.outside.plan(plan === 0 ? request.members : [...new Set([...known, ...wanted.keys()])]);
  const about = { release, cascade, number } as const;
  const named = request.members === 'all' ? [] : request.members;
  const isOptional = (component: string): boolean =>
    !named.includes(component) && world.outside.isOptional?.(component) === true;
  const all = placed(orderedOf(steps), (component) => world.outside.expectedMs(component)).map(
    (one): PlannedRebuild => {
      const joins = wanted.get(one.component);
      return {
        ...one,
        because: joins?.because ?? one.because,
        source: joins?.source ?? request.sources[one.component] ?? null,
        must:
          (known.has(one.component) || isOptional(one.component)) && !joins ? null : (joins?.because ?? one.because),
        again: joins?.again === true,
      };
    },
  );
  const left = plan === 0 ? all : reordered(all, planned);
  const parts: Input[] = [];
  for (let n = 0; n < left.length; n += world.outside.partSize) {
    const rebuildsOf = left.slice(n, n + world.outside.partSize);
    parts.push({ type: 'plan.part', ...about, snapshot: 's-1', rebuilds: rebuildsOf });
  }
  const tiers = steps.reduce((most, { tier }) => Math.max(most, tier + 1), 0);
  const roots = steps.filter((one) => one.tier === 0 && one.pass === 1).map((one) => one.component);
  const head = { snapshot: 's-1', tiers, rebuilds: steps.length, roots, unknown: [], likely: [], atMost: [] };
  return [...parts, { type: 'plan.made', ...about, plan: head }];
}

function orderedOf(steps: readonly Step[]) {
  return steps.map(({ component, pass, tier, bootstrap, knot, because, needs }) => ({
    ...{ component, pass, tier, bootstrap, knot, because },
    needs: needs.map((need) => ({ component: steps[need]!.component, pass: steps[need]!.pass })),
  }));
}
