import type { WorkKind } from '@millrace/engine';
import { digestOf, sha256 } from '@millrace/kernel';
import type { Input } from '../domain/input';
import type { BuildToLand, LandingCheck } from '../domain/landing/landing-input';
import type { LandingStepRow } from '../domain/landing/landing-rows';
import { stepId } from '../domain/landing/landing-rows';
import type { Part } from '../domain/landing/part-gate';
import type { Repository } from '../domain/state';
import { landingAdapterOf } from './landing-adapters';
import { bySystem, placeOf, survey, toLand, type Surveyed } from './landing-check';
import { cascadeNamed, releaseNamed, type Outside } from './outside';
import { hindrance, repositoryOf, systemNamed } from './systems';
import { systemsOf } from '../domain/policy';

interface OfLanding {
  readonly release: string;
  readonly cascade: string;
  readonly landing: string;
  readonly round: number;
}

interface CheckOrder extends OfLanding {
  readonly partial: boolean;
}

interface UndoOrder extends OfLanding {
  readonly from: number;
  readonly until: number;
}

interface StepOrder extends UndoOrder {
  readonly phase: number;
}

/** Steps that one decision lays down. */
const partSize = 250;

/** Looks at everything that could stand in the way, and lays down what is to land, in parts. */
export function landingChecking(outside: Outside): WorkKind<CheckOrder, LandingCheck, Input> {
  return {
    kind: 'landing.check',
    concurrency: 1,
    timeoutMs: 900_000,
    tries: 4,
    run: async (order, { signal }) => {
      const found = await survey(outside, order.release, order.cascade, order.partial);
      const steps = stepsOf(found);
      // Without an adapter there are no steps: only what stays behind must be known.
      const laid = found.phases > 0 || found.staying.length > 0 ? steps : [];
      for (let from = 0; from < laid.length; from += partSize) {
        await layDown(outside, order, from, laid.slice(from, from + partSize));
        signal.throwIfAborted();
      }
      const { phases, adapters, findings, staying } = found;
      const total = found.go.length;
      const what = { total, phases, adapters, findings, part: partOf(found.go) };
      return { ...what, staying: staying.slice(0, 500), stays: staying.length };
    },
    toInput: (order, result) => {
      const about = aboutOf(order);
      if (result.ok) return { type: 'landing.checked', ...about, check: result.value };
      return { type: 'landing.broke', ...about, step: 'check', fault: hindrance(result.fault) };
    },
  };
}

/** Brings some builds into the release; looks before it acts. */
export function landingExecuting(outside: Outside): WorkKind<StepOrder, { readonly waits: string | null }, Input> {
  return {
    kind: 'landing.execute',
    concurrency: 2,
    timeoutMs: 600_000,
    tries: 8,
    run: async (order) => {
      if ((await outside.read.landings.get(order.landing))?.aborted) return { waits: 'it is aborted' };
      const steps = await stepsFor(outside, order, false);
      const release = await releaseNamed(outside.read, order.release);
      const cascade = await cascadeNamed(outside.read, order.cascade);
      for (const [system, builds] of bySystem(steps)) {
        const adapter = landingAdapterOf(outside.systems, outside.landers ?? {}, release, system);
        if (!adapter || order.phase >= adapter.phases) continue;
        const place = await placeOf(outside, cascade, system);
        const all = adapter.whole ? await allOf(outside, order, system) : builds;
        const { waits } = await adapter.execute(place, all.map(toLand), order.phase);
        if (waits !== null) return { waits };
      }
      return { waits: null };
    },
    toInput: (order, result) => {
      const { from, until } = order;
      if (result.ok) return { type: 'landing.stepped', ...aboutOf(order), from, until, waits: result.value.waits };
      return { type: 'landing.broke', ...aboutOf(order), step: 'execute', fault: hindrance(result.fault) };
    },
  };
}

/** Takes builds out of the release again, the last first. */
export function landingUndoing(outside: Outside): WorkKind<UndoOrder, Repository, Input> {
  return {
    kind: 'landing.undo',
    concurrency: 2,
    timeoutMs: 600_000,
    tries: 8,
    run: async (order) => {
      const release = await releaseNamed(outside.read, order.release);
      const cascade = await cascadeNamed(outside.read, order.cascade);
      const steps = await stepsFor(outside, order, true);
      for (const [system, builds] of bySystem(steps)) {
        const adapter = landingAdapterOf(outside.systems, outside.landers ?? {}, release, system);
        const place = await placeOf(outside, cascade, system);
        const all = adapter?.whole ? [...(await allOf(outside, order, system))].reverse() : builds;
        await adapter?.undo(place, all.map(toLand));
      }
      const [first] = systemsOf(release.definition);
      if (first === undefined) return { number: 0, address: '', place: 'base' };
      return repositoryOf(systemNamed(outside.systems, first), order.release, null);
    },
    toInput: (order, result) => {
      const { from, until } = order;
      if (result.ok) return { type: 'landing.undone', ...aboutOf(order), from, until, repository: result.value };
      return { type: 'landing.broke', ...aboutOf(order), step: 'undo', fault: hindrance(result.fault) };
    },
  };
}

/** What lands in its order, and behind it what stays. */
/** An event has at most 256 KiB: of a larger part it has the id alone. */
const mostMembers = 1000;

function partOf(go: Surveyed['go']): Part {
  const members = go.map(({ component, nvr }) => ({ component, nvr }));
  const subject = digestOf([...new Set(members.map(({ nvr }) => nvr))].sort());
  return { subject, members: members.length > mostMembers ? null : members };
}

export function stepsOf({ go, there, staying }: Surveyed): readonly BuildToLand[] {
  const lands = go.map(({ component, build, nvr, system }): BuildToLand => {
    const state = there.has(build) ? 'there' : 'planned';
    return { component, build, nvr, system, state, because: state === 'there' ? 'the release has it already' : '' };
  });
  const stays = staying.map(({ component, because }): BuildToLand => {
    return { component, build: '', nvr: '', system: '', state: 'stays', because: because.slice(0, 500) };
  });
  return [...lands, ...stays];
}

async function layDown(outside: Outside, order: CheckOrder, from: number, builds: readonly BuildToLand[]) {
  // Looked at again after a crash it may be other builds: what was laid before is written over.
  const id = `${order.landing}/${order.round}/${from}/${sha256(JSON.stringify(builds))}`;
  await outside.take({ type: 'landing.part', ...aboutOf(order), from, builds }, { id, who: 'scheduler' });
}

/** Builds of some numbers that are to be moved: what the release had before is left alone. */
async function stepsFor({ read }: Outside, { landing, from, until }: UndoOrder, backwards: boolean) {
  const ids = Array.from({ length: until - from }, (_, n) => stepId(landing, from + n));
  const rows = (await read.landing_steps.getMany(ids)).filter(isMoved).sort((a, b) => a.number - b.number);
  return backwards ? rows.reverse() : rows;
}

async function allOf({ read }: Outside, { landing }: OfLanding, system: string): Promise<readonly LandingStepRow[]> {
  const rows = await read.landing_steps.where({ landing }, { orderBy: 'id' });
  return rows.filter((row) => row.system === system && isMoved(row));
}

function isMoved({ state }: LandingStepRow): boolean {
  return state !== 'there' && state !== 'stays';
}

function aboutOf({ release, cascade, landing, round }: OfLanding) {
  return { release, cascade, landing, round };
}
