import { digestOf } from '@millrace/kernel';
import { byId, type Readers } from '@millrace/store';
import { liveOf } from '../domain/live';
import { capacityId } from '../domain/capacity';
import type { CapacityInput, Input, PersonInput } from '../domain/input';
import { isWatch } from '../domain/watch-input';
import { ofWatchInput } from './load-watch';
import { cursorId } from '../domain/releases';
import { emptyState, type BuildRow, type CapacityRow, type RebuildRow, type State } from '../domain/state';
import { isAct } from '../domain/acts/act-input';
import { isBaseline } from '../domain/baseline/baseline-input';
import { isMode } from '../domain/modes/mode-input';
import { isSideTag } from '../domain/side-tags/side-tag-input';
import { isTrigger } from '../domain/trigger-input';
import { isLanding } from '../domain/landing/landing-input';
import { ofActs } from './load-acts';
import { ofCascade } from './load-cascade';
import { ofLanding } from './load-landing';
import { ofChange, ofComponent, rowsNamed } from './load-parts';
import { ofBaseline, ofHeads } from './load-baseline';
import { ofApply, ofMode } from './load-modes';
import { ofSideTag } from './load-side-tags';
import { ofRing } from './load-follow';
import { ofTrigger } from './load-trigger';
import { alone, neighbourhood, withFailures, withWaiting } from './neighbourhood';
import type { SchedulerTables } from './tables';

type Read = Readers<SchedulerTables>;
type Part = Partial<State>;

/** The rows that an input touches: a rebuild with its neighbourhood, or a slice of a cascade; never a whole one. */
export async function load(read: Read, input: Input): Promise<State> {
  if (!('release' in input)) return { ...emptyState, ...(await ofCapacity(read, input)) };
  const common = {
    releases: byId(await read.releases.get(input.release)),
    said: byId(await read.said.get(input.release)),
  };
  return { ...emptyState, ...common, ...(await partOf(read, input)) };
}

async function partOf(read: Read, input: Extract<Input, { release: string }>): Promise<Part> {
  if (isWatch(input)) return ofWatchInput(read, input);
  if (isAct(input)) return ofActs(read, input);
  if (isTrigger(input)) return ofTrigger(read, input);
  if (isLanding(input)) return ofLanding(read, input);
  if (isSideTag(input)) return ofSideTag(read, input);
  if (isMode(input)) return ofMode(read, input);
  if (isBaseline(input)) return ofBaseline(read, input);
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
      return { ...(await ofApply(read, input.release, input.definition)), ...(await ofRing(read, input.definition)) };
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
    case 'hand.again':
      return ofEarlyBuild(read, input.release, input.build);
    case 'hand.ended':
      return ofHandBuild(read, input);
    case 'verdict.decided':
      return ofVerdict(read, input);
    case 'build.adopt':
      return ofAdoption(read, input.cascade, input.build);
    case 'cascade.hold':
    case 'cascade.resume':
    case 'cascade.cancel':
    case 'cascade.skip':
    case 'cascade.retry':
    case 'cascade.raise':
    case 'cascade.add':
    case 'cascade.remove':
      return ofPerson(read, input);
    default:
      return 'rebuild' in input ? ofAttempt(read, input) : ofCascade(read, input);
  }
}

/** A build system's row, and of each running cascade the head of its queue: enough for all slots that are free. */
async function ofCapacity(read: Read, { type, system }: CapacityInput): Promise<Part> {
  const row = await read.capacity.get(capacityId(system));
  const free = (row?.limit ?? 0) - (row?.granted.length ?? 0);
  if (type !== 'slots.look' || !row || free <= 0) return { capacity: byId(row) };
  const cascades = await read.cascades.where({ state: 'running' });
  const rebuilds: RebuildRow[] = [];
  for (const { id, counts } of cascades) {
    // Who stands in a queue is ready.
    if ((counts.ready ?? 0) > 0) rebuilds.push(...(await headOfQueue(read, id, row, free)));
  }
  const names = [...new Set(cascades.map((one) => one.release))];
  return {
    capacity: byId(row),
    cascades: byId(cascades),
    rebuilds: byId(rebuilds),
    releases: byId(await read.releases.getMany(names)),
  };
}

async function headOfQueue(read: Read, cascade: string, row: CapacityRow, free: number): Promise<RebuildRow[]> {
  const queue = row.id.slice('build-system/'.length);
  const granted = new Set(row.granted.map((one) => one.rebuild));
  // Those that were granted a slot and have not taken it yet stand at the head too.
  for (let most = free + 8; ; most *= 4) {
    const rows = await read.rebuilds.where({ cascade, queue }, { orderBy: 'rank', limit: most });
    const fresh = rows.filter((one) => !granted.has(one.id));
    if (fresh.length >= free || rows.length < most) return rows;
  }
}

async function ofAttempt(read: Read, input: Extract<Input, { rebuild: string; release: string }>): Promise<Part> {
  const rebuild = await read.rebuilds.get(input.rebuild);
  if (!rebuild) return {};
  switch (input.type) {
    case 'build.ended': {
      const { status, contents } = input.ended;
      const [part, durations, known, build] = await Promise.all([
        status.state === 'complete' ? alone(read, rebuild) : withWaiting(read, rebuild),
        read.durations.get(`${rebuild.release}/${rebuild.component}`),
        contents && read.contents.get(digestOf(contents)),
        read.builds.get(status.ref),
      ]);
      return { ...withBuild(part, build), contents: byId(known), durations: byId(durations) };
    }
    case 'build.submitted':
      return withBuild(await alone(read, rebuild), await read.builds.get(input.build));
    case 'build.broke':
      return withWaiting(read, rebuild);
    case 'slot.granted':
      return withFailures(read, rebuild);
    case 'stack.assembled':
      return input.missing.length > 0 ? withWaiting(read, rebuild) : alone(read, rebuild);
    case 'build.admitted':
      return neighbourhood(read, rebuild);
    case 'build.compared': {
      const part = await alone(read, rebuild);
      const named = [...input.added.map((one) => one.component), ...input.lost.map((one) => one.dependant)];
      const planned = await rowsNamed(read, rebuild.cascade, [...new Set(named)]);
      return { ...part, rebuilds: byId([...part.rebuilds.values()], planned) };
    }
    default:
      return alone(read, rebuild);
  }
}

function withBuild(part: Part, build: BuildRow | null): Part {
  return { ...part, builds: byId([...(part.builds?.values() ?? [])], build) };
}

async function ofHandBuild(read: Read, input: Extract<Input, { type: 'hand.ended' }>): Promise<Part> {
  const { status, contents } = input.ended;
  const release = await read.releases.get(input.release);
  const live = release ? liveOf(release) : [];
  const parts = await Promise.all(live.map((cascade) => ofComponent(read, cascade, status.component)));
  return {
    cascades: byId(...parts.map((part) => [...(part.cascades?.values() ?? [])])),
    rebuilds: byId(...parts.map((part) => [...(part.rebuilds?.values() ?? [])])),
    builds: byId(...parts.map((part) => [...(part.builds?.values() ?? [])]), await read.builds.get(status.ref)),
    contents: byId(contents && (await read.contents.get(digestOf(contents)))),
  };
}

/** A build made by hand that was seen before, as {@link ofHandBuild} has a new one. */
async function ofEarlyBuild(read: Read, name: string, ref: string): Promise<Part> {
  const [release, build] = await Promise.all([read.releases.get(name), read.builds.get(ref)]);
  if (!release || !build) return {};
  const parts = await Promise.all(liveOf(release).map((cascade) => ofComponent(read, cascade, build.component)));
  return {
    cascades: byId(...parts.map((part) => [...(part.cascades?.values() ?? [])])),
    rebuilds: byId(...parts.map((part) => [...(part.rebuilds?.values() ?? [])])),
    builds: byId(...parts.map((part) => [...(part.builds?.values() ?? [])]), build),
    contents: byId(build.contents === null ? null : await read.contents.get(build.contents)),
  };
}

async function ofVerdict(read: Read, input: Extract<Input, { type: 'verdict.decided' }>): Promise<Part> {
  const build = await read.builds.get(input.build);
  const rebuild = build?.rebuild ? await read.rebuilds.get(build.rebuild) : null;
  if (!rebuild) return { builds: byId(build) };
  if (rebuild.state === 'validated') {
    const part = await neighbourhood(read, rebuild);
    return withBuild(part, build);
  }
  const part = input.decision === 'failed' ? await withWaiting(read, rebuild) : await alone(read, rebuild);
  return withBuild(part, build);
}

async function ofAdoption(read: Read, cascade: string, ref: string): Promise<Part> {
  const build = await read.builds.get(ref);
  if (!build) return { cascades: byId(await read.cascades.get(cascade)) };
  return withBuild(await ofComponent(read, cascade, build.component), build);
}

/** What a person does to a component, or to all of a cascade that has failed; a whole cascade is done in slices. */
async function ofPerson(read: Read, input: Exclude<PersonInput, { type: 'build.adopt' }>): Promise<Part> {
  const { cascade, component } = input;
  if (component !== null) return ofComponent(read, cascade, component);
  const cascades = byId(await read.cascades.get(cascade));
  if (input.type !== 'cascade.retry') return { cascades };
  return { cascades, rebuilds: byId(await read.rebuilds.where({ cascade, state: ['failed', 'rejected'] })) };
}
