import type { WorkEffect } from '@millrace/kernel';
import type { Input } from '@millrace/scheduler/domain/input';
import { placed } from '@millrace/scheduler/domain/paths';
import type { Step } from '../schedule';
import { base, side } from './farm';
import { release } from './outside';
import type { World } from './world';

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
  readonly outcome: 'landed' | 'kept' | 'cancelled';
}

/** Rebuilds in one part of a plan. */
const partSize = 200;

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
      return {
        atMs: Math.max(now, world.farm.endOf(order.build)),
        inputs: () => [{ type: 'build.ended', ...about, ended: world.farm.ended(order.build) }],
      };
    case 'build.compare': {
      const added = world.outside.added(order.component);
      const because = `${order.component} changed what it uses`;
      const named = added.map((component) => ({ component, because }));
      return at(now, { type: 'build.compared', ...about, added: named, lost: [] });
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
    case 'place.close': {
      const { cascade, outcome } = order;
      return at(now, { type: 'place.closed', release, cascade, outcome, repository: base });
    }
    default:
      return null;
  }
}

function at(atMs: number, input: Input): Coming {
  return { atMs, inputs: () => [input] };
}

function submit(world: World, { rebuild, component, attempt, cascade }: Order): string {
  const row = world.store.tables.rebuilds.rows.get(rebuild)!;
  const { outside } = world;
  world.onSubmit(row);
  return world.farm.submit(
    {
      ...{ key: `${rebuild}/${attempt}`, component, cascade, origin: 'cascade', bootstrap: row.bootstrap },
      ...{ end: outside.buildEnd(component, attempt), ms: outside.buildMs(component, row.pass), inputs: [] },
    },
    world.nowMs,
  );
}

function planFor(world: World, { cascade, number }: Order): readonly Input[] {
  const { requests, rebuilds, cascades } = world.store.tables;
  const request = requests.rows.get(cascade)!;
  const { wanted } = cascades.rows.get(cascade)!.planning;
  const planned = [...rebuilds.rows.values()].filter((row) => row.cascade === cascade).map((row) => row.component);
  const due = wanted.filter((one) => one.plan <= number);
  const first = planned.length === 0;
  const members = first ? request.members : [...new Set([...planned, ...due.map((one) => one.component)])];
  const steps = world.outside.plan(members);
  const again = new Set(due.filter((one) => one.again).map((one) => one.component));
  const known = new Set(planned);
  const about = { release, cascade, number } as const;
  const rebuildsOf = placed(orderedOf(steps), (component) => world.outside.expectedMs(component)).map((one) => ({
    ...one,
    source: request.sources[one.component] ?? null,
    must: known.has(one.component) ? null : 'it is to be rebuilt',
    again: again.has(one.component),
  }));
  const parts: Input[] = [];
  for (let n = 0; n < rebuildsOf.length; n += partSize) {
    parts.push({ type: 'plan.part', ...about, snapshot: 's-1', rebuilds: rebuildsOf.slice(n, n + partSize) });
  }
  const tiers = steps.reduce((most, { tier }) => Math.max(most, tier + 1), 0);
  const roots = steps.filter((one) => one.needs.length === 0 && one.pass === 1).map((one) => one.component);
  const head = { snapshot: 's-1', tiers, rebuilds: steps.length, roots, unknown: [], likely: [], atMost: [] };
  return [...parts, { type: 'plan.made', ...about, plan: head }];
}

function orderedOf(steps: readonly Step[]) {
  return steps.map(({ component, pass, tier, bootstrap, knot, because, needs }) => ({
    ...{ component, pass, tier, bootstrap, knot, because },
    needs: needs.map((need) => ({ component: steps[need]!.component, pass: steps[need]!.pass })),
  }));
}
