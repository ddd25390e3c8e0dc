import type { WorkEffect } from '@millrace/kernel';
import { reordered } from '../../domain/extension';
import type { EndedBuild, Input, LandedBuild, PlannedRebuild } from '../../domain/input';
import { groupGathering } from '../../outbound/group-gate';
import { performLanding } from './landing';
import { base, endedBuild, impactOf, planOf, side } from './outside';
import type { World } from './world';

/** Performs a call of the scheduler's: what it brings back, or null when nobody waits for it. */
export async function perform(world: World, work: WorkEffect): Promise<Input | null> {
  const order = work.order as { release: string; cascade: string; rebuild: string; attempt: number } & Record<
    string,
    never
  >;
  const gathering = groupGathering({ read: world.store.read as never });
  const { release, cascade, rebuild, attempt } = order;
  const about = { release, rebuild, attempt };
  switch (work.kind) {
    case 'plan.make':
      return plan(world, release, cascade, order['number']!);
    case 'build.submit':
      return submit(world, work, about);
    case 'build.look':
      return look(world, order['build']!, about);
    case 'build.compare': {
      const { component } = world.store.rows.rebuilds.get(rebuild)!;
      const added = (world.outside.adds?.(component) ?? []).map((one) => ({
        component: one,
        because: `${one} lost it`,
      }));
      const lost = (world.outside.breaks?.(component) ?? []).map((dependant) => ({
        dependant,
        requirement: `lib of ${component}`,
        kind: 'run',
      }));
      const unmet = world.outside.unmet?.(component);
      return { type: 'build.compared', ...about, added, lost, ...(unmet && { unmet }) };
    }
    case 'build.admit':
      return {
        type: 'build.admitted',
        ...about,
        repository: { number: 1, address: 'file:///side/1', place: cascade },
      };
    case 'stack.assemble':
      return { type: 'stack.assembled', ...about, parts: parts(world, rebuild), missing: [], repository: side };
    case 'group.gather': {
      const order = work.order as Parameters<typeof gathering.run>[0];
      const value = await gathering.run(order, {} as never);
      return gathering.toInput(order, { ok: true, value }, work.key);
    }
    case 'landing.check':
    case 'landing.execute':
    case 'landing.undo':
      return performLanding(world, work);
    case 'place.close':
      return { type: 'place.closed', release, cascade, outcome: order['outcome']!, repository: base };
    case 'place.follow': {
      const { builds } = work.order as { builds: readonly LandedBuild[] };
      world.followed.push({ cascade, builds });
      if (world.outside.followsLate) return null;
      return { type: 'place.followed', release, cascade, builds, fault: null };
    }
    default:
      return null;
  }
}

function submit(world: World, work: WorkEffect, about: { release: string; rebuild: string; attempt: number }): Input {
  const row = world.store.rows.rebuilds.get(about.rebuild)!;
  world.submitted.push({ component: row.component, attempt: about.attempt, pass: row.pass });
  return { type: 'build.submitted', ...about, build: `b-${work.key}` };
}

function look(
  world: World,
  build: string,
  about: { readonly release: string; readonly rebuild: string; readonly attempt: number },
): Input {
  const end = ended(world, build, about);
  const { component } = end.status;
  if (!world.outside.running?.(component)) return { type: 'build.ended', ...about, ended: end };
  world.looked.add(build);
  return { type: 'build.looked', ...about, status: { ...end.status, state: 'building', endedAt: null } };
}

function ended(world: World, build: string, about: { rebuild: string; attempt: number }): EndedBuild {
  const { component } = world.store.rows.rebuilds.get(about.rebuild)!;
  const how = world.outside.build?.(component, about.attempt) ?? 'complete';
  const checks = world.outside.checks?.(component);
  return { ...endedBuild(build, component, how, about.attempt), ...(checks ? { checks } : {}) };
}

function parts(world: World, rebuild: string) {
  const needs = world.store.rows.rebuilds.get(rebuild)!.needs.map((id) => world.store.rows.rebuilds.get(id)!);
  return needs.map((row) => ({ component: row.component, nvr: row.nvr!, build: row.build! }));
}

/** Lays a plan down in parts, as the real call does, and gives its head. */
async function plan(world: World, release: string, cascade: string, number: number): Promise<Input> {
  const row = world.store.rows.cascades.get(cascade)!;
  const planned = [...world.store.rows.rebuilds.values()].filter((one) => one.cascade === cascade);
  const wanted = new Map(row.planning.wanted.filter((one) => one.plan <= number).map((one) => [one.component, one]));
  const asked = world.store.rows.requests.get(cascade)!.members;
  const first = asked === 'all' ? Object.keys(world.outside.graph) : asked;
  const known = new Set(row.plan === 0 ? [] : planned.map((one) => one.component));
  const members = row.plan === 0 ? first : [...new Set([...known, ...wanted.keys()])];
  const made = planOf(impactOf(world.outside.graph, members));
  const all = made.parts.map((one): PlannedRebuild => {
    const joins = wanted.get(one.component);
    return {
      ...one,
      because: joins?.because ?? one.because,
      source: joins?.source ?? world.store.rows.requests.get(cascade)!.sources[one.component] ?? null,
      must: world.outside.optional?.includes(one.component) ? null : (joins?.because ?? one.because),
      again: joins?.again === true,
    };
  });
  const parts = row.plan === 0 ? all : reordered(all, planned);
  for (let n = 0; n < parts.length; n += 3) {
    const rebuilds = parts.slice(n, n + 3);
    await world.take({ type: 'plan.part', release, cascade, number, snapshot: 's-1', rebuilds }, 'scheduler');
  }
  return { type: 'plan.made', release, cascade, number, plan: made.plan };
}
