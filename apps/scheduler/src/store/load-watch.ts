import { byId, type Readers } from '@millrace/store';
import { alertId } from '../domain/alerts';
import { capacityId } from '../domain/capacity';
import { outdatedSlice } from '../domain/outdated';
import { systemsOf } from '../domain/policy';
import { cursorId } from '../domain/releases';
import type { RebuildRow, State } from '../domain/state';
import { sourcesPoller } from '../domain/watch';
import type { WatchInput, WithdrawnBuild } from '../domain/watch-input';
import { neighbourhood, withAbove } from './neighbourhood';
import type { SchedulerTables } from './tables';

type Read = Readers<SchedulerTables>;

/** Rebuilds that are looked at in one go; those beyond it are seen when others have ended. */
const most = 2000;
/** Failures that one completed cascade may free; the oldest come first. */
const mostFailures = 300;

/** The rows of what is looked at by itself, and of what others took away. */
export function ofWatchInput(read: Read, input: WatchInput): Promise<Partial<State>> {
  switch (input.type) {
    case 'watch.due':
      return ofWatch(read, input.release);
    case 'build.withdrawn':
      return ofWithdrawn(read, input.release, input.withdrawn);
    case 'build.gated':
      return ofGated(read, input.gated.ref);
    case 'doubt.spread':
      return ofSpread(read, input.cascade, input.rebuilds);
    case 'failures.freed':
      return ofFailures(read, input.release);
    case 'graph.looked':
      return Promise.resolve({});
    case 'base.looked':
      return ofSeen(read, input.builds);
    case 'release.reconcile':
      return ofOutdated(read, input.release, input.after);
  }
}

/** The build, by its ref or its NVR, and the neighbourhood of its rebuild. */
async function ofWithdrawn(read: Read, release: string, { ref, component, nvr }: WithdrawnBuild) {
  const byRef = ref === null ? null : await read.builds.get(ref);
  const found = byRef ? [] : await read.builds.where({ release, component }, { orderBy: '-started_at', limit: 200 });
  const build = byRef ?? found.find((one) => nvr !== null && one.nvr === nvr) ?? null;
  const rebuild = build?.rebuild ? await read.rebuilds.get(build.rebuild) : null;
  if (!rebuild) return { builds: byId(build) };
  const part = await neighbourhood(read, rebuild);
  return { ...part, builds: byId([...part.builds.values()], build) };
}

async function ofSeen(read: Read, builds: readonly { readonly ref: string }[]) {
  return { builds: byId(await read.builds.getMany(builds.map((one) => one.ref))) };
}

async function ofGated(read: Read, ref: string) {
  return { builds: byId(await read.builds.get(ref)) };
}

/** Rebuilds above a doubt, and those that are withheld or released with them. */
async function ofSpread(read: Read, cascade: string, ids: readonly string[]) {
  const rows = await read.rebuilds.getMany(ids);
  return { cascades: byId(await read.cascades.get(cascade)), rebuilds: byId(await withAbove(read, rows)) };
}

/** Failures that nothing has validated since, with the newest builds of what they could come from. */
async function ofFailures(read: Read, release: string) {
  const failures = await read.failures.where({ release, open: 1 }, { orderBy: 'at', limit: mostFailures });
  const names = new Set(failures.flatMap((row) => [row.component, ...row.suspects]));
  const validated = await read.validated.getMany([...names].map((one) => `${release}/${one}`));
  return { failures: byId(failures), validated: byId(validated) };
}

/** The next validated builds with their sources, and what waits. */
async function ofOutdated(read: Read, release: string, after: string) {
  const next = { release, id: { from: after } };
  const rows = await read.validated.where(next, { orderBy: 'id', limit: outdatedSlice + 1 });
  const validated = rows.filter((row) => row.id > after).slice(0, outdatedSlice);
  return {
    validated: byId(validated),
    sources: byId(await read.sources.getMany(validated.map((row) => row.id))),
    changes: byId(await read.changes.where({ release, outcome: 'waits' })),
  };
}

/** What may hang in a release: what is under way, its pollers, its build systems, and the alerts that are open. */
async function ofWatch(read: Read, name: string) {
  const release = await read.releases.get(name);
  const systems = release ? systemsOf(release.definition) : [];
  const live = ['planning', 'running', 'held', 'stalled'];
  const cascades = await read.cascades.where({ release: name, state: live });
  const rebuilds: RebuildRow[] = [];
  for (const { id: cascade } of cascades) {
    const state = ['submitting', 'building', 'gating', 'rejected'];
    rebuilds.push(...(await read.rebuilds.where({ cascade, state }, { orderBy: 'id', limit: most })));
  }
  const refs = rebuilds.flatMap((row) => (row.build === null ? [] : [row.build]));
  const building = rebuilds.filter((row) => row.state === 'building');
  const pollers = [...systems, sourcesPoller].map((system) => cursorId(name, system));
  const tags = cascades.length === 0 ? [] : await read.sideTags.where({ cascade: cascades.map(({ id }) => id) });
  // Ended alerts are raised again in their rows.
  const known = await read.alerts.getMany([
    ...tags.map(({ system, tag }) => alertId('build-system-down', `${system}/${tag}`)),
    ...systems.map((system) => alertId('build-system-down', system)),
    ...pollers.map((poller) => alertId('poller-silent', poller)),
    ...cascades.map((cascade) => alertId('resolver-away', cascade.id)),
    ...rebuilds.flatMap(alertsOf),
  ]);
  return {
    cascades: byId(cascades),
    rebuilds: byId(rebuilds),
    builds: byId(await read.builds.getMany(refs)),
    durations: byId(await read.durations.getMany(building.map((row) => `${name}/${row.component}`))),
    cursors: byId(await read.cursors.getMany(pollers)),
    capacity: byId(await read.capacity.getMany(systems.map(capacityId))),
    watches: byId(await read.watches.get(name)),
    sideTags: byId(tags),
    alerts: byId(await read.alerts.where({ release: name, open: 1 }), known),
  };
}

function alertsOf({ build, state }: RebuildRow): string[] {
  if (build === null) return [];
  if (state === 'building') return [alertId('build-slow', build), alertId('task-untaken', build)];
  return state === 'submitting' ? [] : [alertId('gate-overdue', build), alertId('gate-silent', build)];
}
