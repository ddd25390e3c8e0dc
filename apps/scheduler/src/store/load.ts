import { digestOf } from '@millrace/kernel';
import { byId, type Readers } from '@millrace/store';
import { capacityId } from '../domain/capacity';
import type { Input } from '../domain/input';
import { cursorId } from '../domain/releases';
import { emptyState, type CascadeRow, type State } from '../domain/state';
import { neighbourhood, needsOf } from './neighbourhood';
import type { SchedulerTables } from './tables';

type Read = Readers<SchedulerTables>;
type Part = Partial<State>;

/** The rows that an input touches: a rebuild with its neighbourhood, never a whole cascade unless it is about one. */
export async function load(read: Read, input: Input): Promise<State> {
  if (!('release' in input)) {
    return { ...emptyState, capacity: byId(await read.capacity.get(capacityId(input.system))) };
  }
  const common = {
    releases: byId(await read.releases.get(input.release)),
    said: byId(await read.said.get(input.release)),
  };
  return { ...emptyState, ...common, ...(await partOf(read, input)) };
}

async function partOf(read: Read, input: Extract<Input, { release: string }>): Promise<Part> {
  switch (input.type) {
    case 'sources.polled':
      return ofHeads(read, input);
    case 'builds.due':
      return { cursors: byId(await read.cursors.get(cursorId(input.release, input.system))) };
    case 'builds.seen':
      return {
        cursors: byId(await read.cursors.get(cursorId(input.release, input.system))),
        builds: byId(await read.builds.getMany(input.builds.map((one) => one.ref))),
      };
    case 'release.apply':
    case 'sources.due':
    case 'change.heard':
    case 'change.unchecked':
    case 'hand.lost':
    case 'build.cancelled':
      return {};
    case 'change.reported':
      return ofChange(
        read,
        input.release,
        input.change.components.map((one) => one.component),
      );
    case 'changes.due':
      return { changes: byId(await read.changes.where({ release: input.release, outcome: 'waits' })) };
    case 'hand.ended':
      return ofHandBuild(read, input);
    case 'verdict.decided':
      return ofVerdict(read, input);
    case 'build.adopt':
      return ofAdoption(read, input.cascade, input.build);
    case 'cascade.check':
      return ofStates(read, input.cascade, ['waiting', 'failed', 'rejected', 'cancelled', 'validated']);
    case 'cascade.reconcile':
      return ofReconcile(read, input.cascade);
    case 'tier.opened':
      return ofTier(read, input.cascade, input.tier);
    case 'place.closed':
      return ofClosing(read, input.cascade);
    case 'place.unclosed':
    case 'place.due':
    case 'plan.failed':
    case 'plan.due':
      return { cascades: byId(await read.cascades.get(input.cascade)) };
    default:
      return 'rebuild' in input ? ofAttempt(read, input) : ofWhole(read, input.cascade);
  }
}

async function ofHeads(read: Read, input: Extract<Input, { type: 'sources.polled' }>): Promise<Part> {
  return { sources: byId(await read.sources.getMany(input.heads.map((one) => `${input.release}/${one.component}`))) };
}

async function ofAttempt(read: Read, input: Extract<Input, { rebuild: string; release: string }>): Promise<Part> {
  const rebuild = await read.rebuilds.get(input.rebuild);
  if (!rebuild) return {};
  const part = await neighbourhood(read, rebuild, mayFail(input));
  switch (input.type) {
    case 'build.ended':
      return {
        ...part,
        builds: byId([...part.builds.values()], await read.builds.get(input.ended.status.ref)),
        contents: byId(input.ended.contents && (await read.contents.get(digestOf(input.ended.contents)))),
      };
    case 'build.compared': {
      const components = input.added.map((one) => one.component);
      const planned = await read.rebuilds.where({ cascade: rebuild.cascade, component: components });
      return { ...part, rebuilds: byId([...part.rebuilds.values()], planned) };
    }
    default:
      return part;
  }
}

/** Only a failure names everybody who waits, directly or not. */
function mayFail(input: Extract<Input, { rebuild: string; release: string }>): boolean {
  switch (input.type) {
    case 'build.ended':
      return input.ended.status.state !== 'complete';
    case 'stack.assembled':
      return input.missing.length > 0;
    case 'build.broke':
      return true;
    default:
      return false;
  }
}

async function ofChange(read: Read, release: string, components: readonly string[]): Promise<Part> {
  const row = await read.releases.get(release);
  const cascade = row?.running ? await read.cascades.get(row.running) : null;
  const members = cascade ? await read.rebuilds.where({ cascade: cascade.id, component: components }) : [];
  const around = await Promise.all(members.map((member) => neighbourhood(read, member)));
  return {
    cascades: byId(cascade),
    rebuilds: byId(...around.map((part) => [...part.rebuilds.values()])),
    changes: byId(await read.changes.where({ release, outcome: 'waits' })),
    validated: byId(await read.validated.getMany(components.map((one) => `${release}/${one}`))),
  };
}

async function ofHandBuild(read: Read, input: Extract<Input, { type: 'hand.ended' }>): Promise<Part> {
  const { status, contents } = input.ended;
  const release = await read.releases.get(input.release);
  const part = release?.running ? await ofComponent(read, release.running, status.component) : {};
  return {
    ...part,
    builds: byId([...(part.builds?.values() ?? [])], await read.builds.get(status.ref)),
    contents: byId(contents && (await read.contents.get(digestOf(contents)))),
  };
}

async function ofVerdict(read: Read, input: Extract<Input, { type: 'verdict.decided' }>): Promise<Part> {
  const build = await read.builds.get(input.build);
  const rebuild = build?.rebuild ? await read.rebuilds.get(build.rebuild) : null;
  if (!rebuild) return { builds: byId(build) };
  const part = await neighbourhood(read, rebuild, input.decision === 'failed');
  return { ...part, builds: byId([...part.builds.values()], build) };
}

async function ofAdoption(read: Read, cascade: string, ref: string): Promise<Part> {
  const build = await read.builds.get(ref);
  if (!build) return { cascades: byId(await read.cascades.get(cascade)) };
  const part = await ofComponent(read, cascade, build.component);
  return { ...part, builds: byId([...(part.builds?.values() ?? [])], build) };
}

/** Every pass and generation of a component in a cascade, with their neighbourhoods. */
async function ofComponent(read: Read, cascade: string, component: string): Promise<Part> {
  const rows = await read.rebuilds.where({ cascade, component });
  const parts = await Promise.all(rows.map((row) => neighbourhood(read, row)));
  return {
    cascades: byId(await read.cascades.get(cascade)),
    rebuilds: byId(...parts.map((part) => [...part.rebuilds.values()])),
    builds: byId(...parts.map((part) => [...part.builds.values()])),
  };
}

async function ofStates(read: Read, cascade: string, states: readonly string[]): Promise<Part> {
  const row: CascadeRow | null = await read.cascades.get(cascade);
  return { cascades: byId(row), rebuilds: byId(await read.rebuilds.where({ cascade, state: states })) };
}

async function ofReconcile(read: Read, cascade: string): Promise<Part> {
  const part = await ofStates(read, cascade, ['ready', 'submitting', 'building', 'gating']);
  const refs = [...(part.rebuilds?.values() ?? [])].flatMap((row) => (row.build === null ? [] : [row.build]));
  return { ...part, builds: byId(await read.builds.getMany(refs)) };
}

async function ofTier(read: Read, cascade: string, tier: number): Promise<Part> {
  const row = await read.cascades.get(cascade);
  const lowest = row ? Math.min(...openTiers(row)) : tier;
  const rebuilds = await read.rebuilds.where({ cascade, tier: Number.isFinite(lowest) ? lowest : tier });
  return { cascades: byId(row), rebuilds: byId(rebuilds, await read.rebuilds.getMany(needsOf(rebuilds))) };
}

function openTiers(cascade: CascadeRow): number[] {
  return Object.entries(cascade.openByTier).flatMap(([tier, open]) => (open > 0 ? [Number(tier)] : []));
}

async function ofClosing(read: Read, cascade: string): Promise<Part> {
  const part = await ofStates(read, cascade, ['validated']);
  const ids = [...(part.rebuilds?.values() ?? [])].map((row) => `${row.release}/${row.component}`);
  return { ...part, validated: byId(await read.validated.getMany(ids)) };
}

/** A plan, or what a person does to a cascade: all of its rebuilds, and the builds that run. */
async function ofWhole(read: Read, cascade: string): Promise<Part> {
  const rows = await read.rebuilds.where({ cascade });
  const refs = rows.flatMap((row) => (row.state === 'building' && row.build !== null ? [row.build] : []));
  return {
    cascades: byId(await read.cascades.get(cascade)),
    rebuilds: byId(rows),
    builds: byId(await read.builds.getMany(refs)),
  };
}
