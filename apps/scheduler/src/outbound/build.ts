import { policyOf } from '@millrace/contracts';
import type { BuildSystem, Order } from '@millrace/build-systems';
import type { Outcome, WorkContext, WorkKind } from '@millrace/engine';
import type { EndedBuild, Input, SeenBuild, Step } from '../domain/input';
import type { RebuildRow, ReleaseRow } from '../domain/state';
import { buildKey } from '../domain/words';
import { ofComponent } from './believable';
import { BuildWatch, lookOnce } from './build-watch';
import { checkedBuild } from './builtin-checks';
import { BuildsBelow } from './builds-below';
import { distOf } from './dist';
import { rebuildNamed, releaseNamed, type Outside } from './outside';
import { sourceOfRebuild, type Bumps } from './rebuild-source';
import { endedBuild, hindrance, isOver, seenBuild, systemFor, systemNamed } from './systems';

/** About one attempt of a rebuild, as `step` orders it. */
export interface StepOrder {
  readonly release: string;
  readonly cascade: string;
  readonly component: string;
  readonly rebuild: string;
  readonly attempt: number;
  readonly build: string | null;
  /** Counts the calls for one rebuild. */
  readonly round?: number;
}

/** What becomes of a call about an attempt: its value's input, or the word that it broke. */
export function stepInput<Value>(
  step: Step,
  order: StepOrder,
  outcome: Outcome<Value>,
  then: (about: { release: string; rebuild: string; attempt: number }, value: Value) => Input,
): Input {
  const { release, rebuild, attempt } = order;
  const about = { release, rebuild, attempt };
  if (outcome.ok) return then(about, outcome.value);
  return { type: 'build.broke', ...about, step, fault: hindrance(outcome.fault) };
}

/** Submits a build. Its key is looked for first: a crash between the call and its record must not build twice. */
export function buildSubmission(outside: Outside, bumps: Bumps): WorkKind<StepOrder, string, Input> {
  const below = new BuildsBelow(outside.read.rebuilds);
  return {
    kind: 'build.submit',
    concurrency: 64,
    timeoutMs: 120_000,
    tries: 5,
    run: async (order, { signal }) => {
      const { read, systems } = outside;
      const rebuild = await rebuildNamed(read, order.rebuild);
      const release = await releaseNamed(read, order.release);
      const system = systemFor(systems, release, order.component);
      const key = buildKey({ ...rebuild, attempt: order.attempt });
      const found = await system.find(key);
      // A folder that was made just before a crash may have no runner yet: submitting again under its key starts one.
      const place = await system.open(order.release, order.cascade);
      const built = found === null ? null : (await system.look([found]))[0];
      if (found !== null && built && isOver(built)) return found;
      const source = await sourceOfRebuild(read, bumps, release, rebuild, signal);
      const priority = policyOf(release.definition, order.component)?.priority ?? 0;
      const needs = await below.of(rebuild);
      const dist = await distOf(outside, system, release, { ...rebuild, attempt: order.attempt });
      return system.submit(key, { ...orderOf(rebuild, source, needs), ...dist, priority }, place);
    },
    toInput: (order, outcome) =>
      stepInput('submit', order, outcome, (about, build) => ({ type: 'build.submitted', ...about, build })),
  };
}

function orderOf(rebuild: RebuildRow, source: Order['source'], needs: Order['needs']): Order {
  return {
    release: rebuild.release,
    component: rebuild.component,
    cascade: rebuild.cascade,
    generation: rebuild.generation,
    pass: rebuild.pass,
    source,
    macros: rebuild.macros,
    bootstrap: rebuild.bootstrap,
    needs,
    siblings: [],
  };
}

type Look = { readonly ended: EndedBuild } | { readonly running: SeenBuild };

/** Watches a build until it changes, or long enough; when it has ended, brings what it made or why it did not. */
export function buildLooking(outside: Outside): WorkKind<StepOrder, Look, Input> {
  const watches = new Map<BuildSystem, BuildWatch>();
  const watchOf = (system: BuildSystem): BuildWatch => {
    const watch = watches.get(system) ?? new BuildWatch(system);
    watches.set(system, watch);
    return watch;
  };
  return {
    kind: 'build.look',
    concurrency: 1024,
    timeoutMs: 240_000,
    tries: 8,
    run: async (order, { signal }) => {
      const release = await releaseNamed(outside.read, order.release);
      const system = systemFor(outside.systems, release, order.component);
      const status = ofComponent(system, order.component, await watchOf(system).watch(order.build!, signal));
      if (!isOver(status)) return { running: seenBuild(status) };
      const end = await endedBuild(system, order.release, order.cascade, status);
      const rebuild = await outside.read.rebuilds.get(order.rebuild);
      return { ended: await checkedBuild(outside, system, release, rebuild, end) };
    },
    toInput: (order, outcome) =>
      stepInput('look', order, outcome, (about, look) =>
        'ended' in look
          ? { type: 'build.ended', ...about, ended: look.ended }
          : { type: 'build.looked', ...about, status: look.running, round: order.round },
      ),
  };
}

interface CollectOrder {
  readonly release: string;
  readonly system: string;
  readonly build: string;
}

/** Looks into a build that somebody made by hand. */
export function handCollecting({ read, systems }: Outside): WorkKind<CollectOrder, EndedBuild | null, Input> {
  return {
    kind: 'build.collect',
    concurrency: 4,
    timeoutMs: 60_000,
    tries: 8,
    run: async (order) => {
      const system = systemNamed(systems, order.system);
      const status = await lookOnce(system, order.build);
      const own = await system.open(order.release, null);
      const release = await releaseNamed(read, order.release);
      const observes = release.definition.mode === 'observe';
      const running = observes ? null : (status.cascade ?? (await begunOf(read, release)));
      const besideBase = status.builtFrom === null || status.builtFrom.place === own.id;
      const end = await endedBuild(system, order.release, besideBase ? null : running, status);
      return checkedBuild({ read }, system, release, null, end);
    },
    toInput: ({ release, system, build }, outcome) =>
      outcome.ok && outcome.value
        ? { type: 'hand.ended', release, ended: outcome.value }
        : { type: 'hand.lost', release, system, build },
  };
}

/** The release's cascade that has a place to build in: a plan that nobody let start has none, and none is made. */
async function begunOf(read: Outside['read'], { running }: ReleaseRow): Promise<string | null> {
  const cascade = running === null ? null : await read.cascades.get(running);
  return cascade && cascade.state !== 'planning' && cascade.state !== 'awaiting-approval' ? cascade.id : null;
}

/** Cancels a build; one that has ended meanwhile stays as it is. */
export function buildCancelling({ read, systems }: Outside): WorkKind<StepOrder, null, Input> {
  return {
    kind: 'build.cancel',
    concurrency: 4,
    timeoutMs: 60_000,
    tries: 8,
    run: async (order, _: WorkContext) => {
      const release = await releaseNamed(read, order.release);
      await systemFor(systems, release, order.component).cancel(order.build!);
      return null;
    },
    toInput: ({ release, build }) => ({ type: 'build.cancelled', release, build: build! }),
  };
}
