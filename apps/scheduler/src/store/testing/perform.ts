import type { WorkEffect } from '@millrace/kernel';
import type { EndedBuild, Input, MadePlan } from '../../domain/input';
import { base, endedBuild, planOf, side } from './outside';
import type { World } from './world';

/** Performs a call of the scheduler's: what it brings back, or null when nobody waits for it. */
export function perform(world: World, work: WorkEffect): Input | null {
  const order = work.order as { release: string; cascade: string; rebuild: string; attempt: number } & Record<
    string,
    never
  >;
  const { release, cascade, rebuild, attempt } = order;
  const about = { release, rebuild, attempt };
  switch (work.kind) {
    case 'plan.make':
      return {
        type: 'plan.made',
        release,
        cascade,
        number: order['number']!,
        plan: plan(world, cascade, order['number']!),
      };
    case 'build.submit':
      return submit(world, work, about);
    case 'build.look':
      return { type: 'build.ended', ...about, ended: ended(world, order['build']!, about) };
    case 'build.compare': {
      const { component } = world.store.rows.rebuilds.get(rebuild)!;
      const added = (world.outside.adds?.(component) ?? []).map((one) => ({
        component: one,
        because: `${one} lost it`,
      }));
      return { type: 'build.compared', ...about, added, lost: [] };
    }
    case 'build.admit':
      return {
        type: 'build.admitted',
        ...about,
        repository: { number: 1, address: 'file:///side/1', place: cascade },
      };
    case 'stack.assemble':
      return { type: 'stack.assembled', ...about, parts: parts(world, rebuild), missing: [], repository: side };
    case 'place.close':
      return { type: 'place.closed', release, cascade, outcome: order['outcome']!, repository: base };
    default:
      return null;
  }
}

function submit(world: World, work: WorkEffect, about: { release: string; rebuild: string; attempt: number }): Input {
  const row = world.store.rows.rebuilds.get(about.rebuild)!;
  world.submitted.push({ component: row.component, attempt: about.attempt, pass: row.pass });
  return { type: 'build.submitted', ...about, build: `b-${work.key}` };
}

function ended(world: World, build: string, about: { rebuild: string; attempt: number }): EndedBuild {
  const { component } = world.store.rows.rebuilds.get(about.rebuild)!;
  const how = world.outside.build?.(component, about.attempt) ?? 'complete';
  return endedBuild(build, component, how, about.attempt);
}

function parts(world: World, rebuild: string) {
  const needs = world.store.rows.rebuilds.get(rebuild)!.needs.map((id) => world.store.rows.rebuilds.get(id)!);
  return needs.map((row) => ({ component: row.component, nvr: row.nvr!, build: row.build! }));
}

function plan(world: World, cascade: string, number: number): MadePlan {
  const row = world.store.rows.cascades.get(cascade)!;
  const planned = [...world.store.rows.rebuilds.values()].filter((one) => one.cascade === cascade);
  const wanted = row.planning.wanted.filter((one) => one.plan <= number).map((one) => one.component);
  const first = row.members === 'all' ? Object.keys(world.outside.graph) : row.members;
  const members = planned.length > 0 ? [...new Set([...planned.map((one) => one.component), ...wanted])] : first;
  return planOf(world.outside.graph, members);
}
