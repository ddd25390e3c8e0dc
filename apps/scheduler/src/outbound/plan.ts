import { doors, type SourceRef } from '@millrace/contracts';
import type { Outcome, WorkKind } from '@millrace/engine';
import { AppError } from '@millrace/kernel';
import type { Input, MadePlan } from '../domain/input';
import type { ReleaseRow } from '../domain/state';
import { gitSourceOf, headOf } from './git-source';
import { cascadeNamed, releaseNamed, type Outside } from './outside';
import { inParallel } from './parallel';
import { hindrance } from './systems';

interface PlanOrder {
  readonly release: string;
  readonly cascade: string;
  readonly number: number;
}

/** Asks the resolver for the order of a cascade's members, and the sources for their heads. */
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

async function makePlan({ read, asker }: Outside, order: PlanOrder, signal: AbortSignal): Promise<MadePlan> {
  const cascade = await cascadeNamed(read, order.cascade);
  const release = await releaseNamed(read, order.release);
  const planned = await read.rebuilds.where({ cascade: cascade.id });
  const wanted = cascade.planning.wanted.filter((one) => one.plan <= order.number).map((one) => one.component);
  const members =
    planned.length === 0 ? cascade.members : [...new Set([...planned.map((row) => row.component), ...wanted])];
  const impact = await asker.ask(doors.resolver.impact, {
    release: release.id,
    members: members === 'all' ? 'all' : [...members],
    preview: planned.length === 0,
    ...(planned.length > 0 ? { overlay: { cascade: cascade.id, revision: cascade.overlay } } : {}),
  });
  const known = new Set(planned.map((row) => row.component));
  const fresh = [...new Set(impact.rebuilds.map((one) => one.component))].filter((one) => !known.has(one));
  const named = new Set(Object.keys(cascade.sources));
  const sources = await headsOf(
    release,
    fresh.filter((one) => !named.has(one)),
    signal,
  );
  const { snapshot, tiers, rebuilds, knots, unknown, likely, atMost } = impact;
  return { snapshot, tiers, rebuilds, knots, unknown, likely, atMost, sources };
}

/** Heads of the components that have a source. One whose repository is missing is left out: its rebuild says so. */
export async function headsOf(
  release: ReleaseRow,
  components: readonly string[],
  signal?: AbortSignal,
): Promise<Record<string, SourceRef>> {
  const { definition } = release;
  const sourced = components.filter((component) => gitSourceOf(definition, component) !== null);
  const heads = await inParallel(sourced, 4, async (component) => {
    try {
      return [component, await headOf(definition, component, signal)] as const;
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.kind === 'missing') return null;
      throw thrown;
    }
  });
  return Object.fromEntries(heads.filter((one) => one !== null));
}
