import { doors, type DoorReply, type SourceRef } from '@millrace/contracts';
import type { Outcome, WorkKind } from '@millrace/engine';
import { AppError, sha256 } from '@millrace/kernel';
import type { Input, MadePlan, PlannedRebuild } from '../domain/input';
import type { Cost } from '../domain/budgets/cost-rows';
import { withKnots } from '../domain/knots';
import { withoutOrder } from '../domain/sets/without-order';
import { placed } from '../domain/paths';
import { reordered } from '../domain/extension';
import { systemOf, systemsOf } from '../domain/policy';
import type { CascadeRow, RebuildRow, ReleaseRow } from '../domain/state';
import { foreseenOf } from './foreseen';
import { foreseenCost } from './foreseen-cost';
import { gitSourceOf, headOf, type Heads } from './git-source';
import { cascadeNamed, releaseNamed, type Outside } from './outside';
import { inParallel } from './parallel';
import { withReached } from './reached';
import { sensible } from './sensible';
import { isMadeLater } from './rebuild-source';
import { hindrance } from './systems';

interface PlanOrder {
  readonly release: string;
  readonly cascade: string;
  readonly number: number;
}

/** Rebuilds that one decision lays down: it holds the writer for 20 ms at most. */
const partSize = 250;
/** Rows that are read at one time: others are served in between. */
const pageSize = 1000;
/** What a component without any known build is expected to take, in milliseconds. */
const guess = 240_000;

/** Asks the resolver for the order of a cascade's members, and the sources for their heads; lays it down in parts. */
export function planMaking(outside: Outside): WorkKind<PlanOrder, MadePlan, Input> {
  return {
    kind: 'plan.make',
    concurrency: 2,
    timeoutMs: 120_000,
    tries: 8,
    run: (order, { signal }) => makePlan(outside, order, signal),
    toInput: ({ release, cascade, number }, outcome: Outcome<MadePlan>) =>
      outcome.ok
        ? { type: 'plan.made', release, cascade, number, plan: outcome.value }
        : { type: 'plan.failed', release, cascade, number, fault: hindrance(outcome.fault) },
  };
}

type Impact = DoorReply<typeof doors.resolver.impact>;

async function makePlan(outside: Outside, order: PlanOrder, signal: AbortSignal): Promise<MadePlan> {
  const { read } = outside;
  const cascade = await cascadeNamed(read, order.cascade);
  const release = await releaseNamed(read, order.release);
  const planned = cascade.plan === 0 ? [] : await allOf(read, cascade.id);
  const request = await read.requests.get(cascade.id);
  const whole = sensible(await orderOf(outside, cascade, planned, order.number), cascade.snapshot);
  const inOrder = request?.ordered === false ? withoutOrder(whole, request.members) : whole;
  const far = await withReached(outside, cascade, request, inOrder);
  const foreseen = await foreseenOf(outside, release, cascade, far.impact);
  const impact = withKnots(foreseen, cascade.terms?.knots ?? release.definition.knots);
  const { reached } = far;
  const { rebuilds, cost } = await rebuildsOf(outside, { cascade, release, planned, impact, reached, order, signal });
  for (let n = 0; n < rebuilds.length; n += partSize) {
    const part = rebuilds.slice(n, n + partSize);
    const about = { release: release.id, cascade: cascade.id, number: order.number, snapshot: impact.snapshot };
    // Made again after a crash, a plan has other parts: what was laid before is not in them.
    const id = `${cascade.id}/${order.number}/${sha256(JSON.stringify(part))}`;
    await outside.take({ type: 'plan.part', ...about, rebuilds: part }, { id, who: 'scheduler' });
    signal.throwIfAborted();
  }
  const { snapshot, tiers, unknown, likely, atMost } = impact;
  const roots = impact.rebuilds.filter((one) => one.tier === 0 && one.pass === 1).map((one) => one.component);
  return { snapshot, tiers, rebuilds: impact.rebuilds.length, roots: roots.sort(), unknown, likely, atMost, cost };
}

function orderOf(
  { asker, read }: Outside,
  cascade: CascadeRow,
  planned: readonly RebuildRow[],
  number: number,
): Promise<Impact> {
  const wanted = cascade.planning.wanted.filter((one) => one.plan <= number).map((one) => one.component);
  const first = cascade.plan === 0;
  const ask = async (): Promise<Impact> => {
    const request = first ? await read.requests.get(cascade.id) : null;
    const members = request?.members ?? [...new Set([...planned.map((row) => row.component), ...wanted])];
    return asker.ask(doors.resolver.impact, {
      release: cascade.release,
      members: members === 'all' ? 'all' : [...members],
      preview: first,
      // Frozen is the snapshot: parts of a plan that was cut off and made again fit together.
      ...(cascade.snapshot === null ? {} : { snapshot: cascade.snapshot }),
      ...(first ? {} : { overlay: { cascade: cascade.id, revision: cascade.overlay } }),
    });
  };
  return ask();
}

interface Making {
  readonly cascade: CascadeRow;
  readonly release: ReleaseRow;
  readonly planned: readonly RebuildRow[];
  readonly impact: Impact;
  /** Of the impact: those that nobody named. */
  readonly reached: ReadonlySet<string>;
  readonly order: PlanOrder;
  readonly signal: AbortSignal;
}

async function rebuildsOf(outside: Outside, making: Making): Promise<{ rebuilds: PlannedRebuild[]; cost: Cost }> {
  const { read } = outside;
  const { cascade, release, planned, impact, reached, order, signal } = making;
  const request = await read.requests.get(cascade.id);
  const wanted = new Map(
    cascade.planning.wanted.filter((one) => one.plan <= order.number).map((one) => [one.component, one]),
  );
  const known = new Set(planned.map((row) => row.component));
  const named: Record<string, SourceRef> = { ...request?.sources };
  for (const one of wanted.values()) if (one.source) named[one.component] = one.source;
  const fresh = [...new Set(impact.rebuilds.map((one) => one.component))].filter((one) => !known.has(one));
  const heads = await headsOf(
    outside.git,
    release,
    fresh.filter((one) => !(one in named) && !isMadeLater(release.definition, one)),
    signal,
  );
  const durations = await expectations(read, release.id, await foreignDurations(outside, release, fresh));
  const knots = new Set(impact.knots.flat());
  const all = placed(impact.rebuilds, durations).map((one): PlannedRebuild => {
    const { component } = one;
    const joins = wanted.get(component);
    return {
      ...one,
      because: joins?.because ?? one.because,
      source: named[component] ?? heads[component] ?? null,
      knot: knots.has(component),
      // Everything else here was named, or lost something that it uses.
      must: (known.has(component) || reached.has(component)) && !joins ? null : (joins?.because ?? one.because),
      again: joins?.again === true,
    };
  });
  const cost = await foreseenCost(read, release, all);
  return { rebuilds: cascade.plan === 0 ? all : reordered(all, planned), cost };
}

/** All rows of a cascade, read in pages. */
async function allOf(read: Outside['read'], cascade: string): Promise<RebuildRow[]> {
  const all: RebuildRow[] = [];
  for (;;) {
    const from = all.at(-1)?.id ?? '';
    const page = await read.rebuilds.where({ cascade, id: { from } }, { orderBy: 'id', limit: pageSize + 1 });
    all.push(...page.filter((row) => row.id > from));
    if (page.length <= pageSize) return all;
  }
}

/** Milliseconds that a component's build takes: the median of its own, else of the release's, else a guess. */
export async function expectations(
  read: Outside['read'],
  release: string,
  foreign: ReadonlyMap<string, number> = new Map(),
): Promise<(component: string) => number> {
  const rows = await read.durations.where({ release });
  const known = new Map(rows.map((row) => [row.component, row.typical]));
  const sorted = rows.map((row) => row.typical).sort((a, b) => a - b);
  const prior = sorted[sorted.length >> 1] ?? guess;
  return (component) => known.get(component) ?? foreign.get(component) ?? prior;
}

/** What the build systems know of components that we never built; a plan is made without it when they are away. */
async function foreignDurations(
  { systems, read }: Outside,
  { definition, id }: ReleaseRow,
  components: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const own = new Set((await read.durations.where({ release: id })).map((row) => row.component));
  const found = new Map<string, number>();
  for (const name of systemsOf(definition)) {
    const strange = components.filter((one) => !own.has(one) && systemOf(definition, one) === name);
    const told = await systems
      .get(name)
      ?.durations?.(strange)
      .catch(() => null);
    told?.forEach((ms, component) => found.set(component, ms));
  }
  return found;
}

/** Heads of the components that have a source. One whose repository is missing is left out: its rebuild says so. */
export async function headsOf(
  git: Heads,
  release: ReleaseRow,
  components: readonly string[],
  signal?: AbortSignal,
): Promise<Record<string, SourceRef>> {
  const { definition } = release;
  const sourced = components.filter((component) => gitSourceOf(definition, component) !== null);
  const heads = await inParallel(sourced, 4, async (component) => {
    try {
      return [component, await headOf(git, definition, component, signal)] as const;
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.kind === 'missing') return null;
      throw thrown;
    }
  });
  return Object.fromEntries(heads.filter((one) => one !== null));
}
