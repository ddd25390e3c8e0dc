import { byId, type Readers } from '@millrace/store';
import { liveOf } from '../domain/live';
import type { Input, PersonInput, PlannedRebuild } from '../domain/input';
import { openTier } from '../domain/needs';
import { sliceSize } from '../domain/plan';
import type { CascadeRow, RebuildRow, State } from '../domain/state';
import { newestLanding } from './load-landing';
import { withSpenders } from './load-budgets';
import { rowsNamed } from './load-parts';
import { withAbove } from './neighbourhood';
import type { SchedulerTables } from './tables';

type Read = Readers<SchedulerTables>;
type Part = Partial<State>;

/** Names that are told when a cascade stalls: an event has a bound. */
const mostNames = 2001;

type CascadeSlice = Exclude<Extract<Input, { cascade: string }>, PersonInput>;

/** A slice of one cascade. */
export async function ofCascade(read: Read, input: CascadeSlice): Promise<Part> {
  const { cascade } = input;
  const row = await read.cascades.get(cascade);
  const slice = (rebuilds: readonly RebuildRow[]): Part => ({ cascades: byId(row), rebuilds: byId(rebuilds) });
  const first = { orderBy: 'id', limit: sliceSize };
  switch (input.type) {
    case 'plan.part':
      return ofPlanBeside(read, row, input);
    case 'plan.made':
      return withSpenders(read, input.release, slice(await read.rebuilds.where({ cascade, state: 'gating' })));
    case 'cascade.advance':
      return { ...(await ofFresh(read, cascade)), cascades: byId(row) };
    case 'cascade.restart':
      return slice(await read.rebuilds.where({ cascade, state: 'ready', queue: null }, first));
    case 'cascade.sweep':
      return ofSweep(read, cascade);
    case 'cascade.give-way':
      return ofGivingWay(read, row);
    case 'cascade.orphans': {
      const rows = await read.rebuilds.getMany(input.rebuilds);
      return { ...slice(rows), builds: byId(await read.builds.getMany(refsOf(rows))) };
    }
    case 'cascade.check':
      return slice([
        ...(await read.rebuilds.where({ cascade, state: ['failed', 'rejected'] }, { ...first, limit: mostNames })),
        ...(await read.rebuilds.where({ cascade, doubtful: 1 }, { ...first, limit: mostNames })),
        ...(await read.rebuilds.where({ cascade, state: 'waiting' }, { ...first, limit: mostNames })),
      ]);
    case 'cascade.reconcile': {
      const state = ['submitting', 'building', 'gating'];
      const rows = [
        ...(await read.rebuilds.where({ cascade, state }, { ...first, limit: mostNames })),
        ...(await read.rebuilds.where({ cascade, state: 'rejected' }, first)),
      ];
      return { ...slice(rows), builds: byId(await read.builds.getMany(refsOf(rows))) };
    }
    case 'tier.opened': {
      const tier = row ? openTier(row) : input.tier;
      const lowest = Number.isFinite(tier) ? tier : input.tier;
      return slice(await read.rebuilds.where({ cascade, tier: lowest, clear: 1 }, first));
    }
    case 'cascade.remember': {
      const after = { cascade, state: 'validated', id: { from: input.after } };
      const rows = await read.rebuilds.where(after, { ...first, limit: sliceSize + 1 });
      const ids = rows.map((one) => `${one.release}/${one.component}`);
      const validated = byId(await read.validated.getMany(ids));
      const release = row && (await read.releases.get(row.release));
      const beside = release ? await read.cascades.getMany(liveOf(release)) : [];
      return { ...slice(rows), cascades: byId(row, beside), validated, ...(await ofLanded(read, row, rows)) };
    }
    case 'place.due':
      return { cascades: byId(row), landings: byId(await newestLanding(read, row)) };
    default:
      return { cascades: byId(row) };
  }
}

/** The landing of rebuilds that are about to be remembered, with those of its steps where some stay behind. */
async function ofLanded(read: Read, row: CascadeRow | null, rows: readonly RebuildRow[]): Promise<Part> {
  const landing = await newestLanding(read, row);
  if (!landing || landing.stays === 0) return { landings: byId(landing) };
  const component = [...new Set(rows.map((one) => one.component))];
  const steps = await read.landing_steps.where({ landing: landing.id, component });
  return { landings: byId(landing), landing_steps: byId(steps) };
}

/** With what other cascades of the release rebuild of the same components, where some run beside it. */
async function ofPlanBeside(read: Read, row: CascadeRow | null, input: Extract<Input, { type: 'plan.part' }>) {
  const { cascade, release, rebuilds } = input;
  const own = await ofPlan(read, cascade, rebuilds, row?.plan === 0);
  const known = await read.releases.get(release);
  const others = known ? liveOf(known).filter((id) => id !== cascade) : [];
  if (others.length === 0) return { cascades: byId(row), ...own };
  const named = [...new Set(rebuilds.map((one) => one.component))];
  const rows = await Promise.all(others.map((id) => rowsNamed(read, id, named)));
  return {
    cascades: byId(row, await read.cascades.getMany(others)),
    rebuilds: byId([...(own.rebuilds?.values() ?? [])], ...rows),
    builds: own.builds ?? new Map(),
  };
}

/** A cascade with the changes that started or joined it, and its rebuilds of what they named. */
async function ofGivingWay(read: Read, row: CascadeRow | null): Promise<Part> {
  if (!row) return {};
  const changes = (
    await read.changes.where({ release: row.release, outcome: 'cascade' }, { orderBy: '-at', limit: 5000 })
  ).filter((one) => one.cascade === row.id);
  const named = changes.flatMap((one) => [...one.components, ...(one.dropped ?? [])]).map((one) => one.component);
  const waiting = await read.changes.where({ release: row.release, outcome: 'waits' });
  return {
    cascades: byId(row),
    changes: byId(changes, waiting),
    rebuilds: byId(await rowsNamed(read, row.id, [...new Set(named)])),
  };
}

/** What a part of a plan names, all generations of it, with what it needs. */
async function ofPlan(read: Read, cascade: string, part: readonly PlannedRebuild[], first: boolean): Promise<Part> {
  // The first plan meets no rows but those that an earlier try of it laid.
  const named = part.map((one) => one.component);
  const needed = first ? [] : part.flatMap((one) => one.needs.map((need) => need.component));
  const rows = await rowsNamed(read, cascade, [...new Set([...named, ...needed])]);
  const below = await read.rebuilds.getMany(rows.flatMap((row) => row.needs));
  return { rebuilds: byId(rows, below), builds: byId(await read.builds.getMany(refsOf(rows))) };
}

/** The first rebuilds that plans have touched, lower tiers first, with their needs and those that pass a release on. */
async function ofFresh(read: Read, cascade: string): Promise<Part> {
  const rows = await read.rebuilds.where({ cascade, fresh: 1 }, { orderBy: 'tier', limit: sliceSize });
  const needs = await read.rebuilds.getMany(rows.flatMap((row) => row.needs));
  const above = await withAbove(
    read,
    rows.filter((row) => row.state === 'skipped' || row.state === 'unneeded' || row.state === 'validated'),
  );
  return { rebuilds: byId(needs, above, rows) };
}

async function ofSweep(read: Read, cascade: string): Promise<Part> {
  const row = await read.cascades.get(cascade);
  const active = await read.rebuilds.where(
    { cascade, state: ['submitting', 'building', 'gating'] },
    { orderBy: 'id', limit: sliceSize },
  );
  const idle =
    active.length >= sliceSize
      ? []
      : await read.rebuilds.where(
          { cascade, state: ['waiting', 'ready', 'failed', 'rejected'] },
          { orderBy: 'id', limit: sliceSize },
        );
  const builds = await read.builds.getMany(refsOf(active));
  return { cascades: byId(row), rebuilds: byId(active, idle), builds: byId(builds) };
}

function refsOf(rows: readonly RebuildRow[]): string[] {
  return rows.flatMap((row) => (row.build === null ? [] : [row.build]));
}
