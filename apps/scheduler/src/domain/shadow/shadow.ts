import type { DoorReply, doors } from '@millrace/contracts';
import type { ComponentId, Moment } from '@millrace/kernel';
import { missedOf, wrongOrderOf } from './findings';

type Report = DoorReply<typeof doors.scheduler.shadow>;
type PlannedView = Report['planned'][number];

/** A build that somebody made, past Millrace. */
export interface MadeBuild {
  readonly component: ComponentId;
  readonly build: string;
  readonly nvr: string;
  readonly by: string;
  readonly startedAt: Moment | null;
  readonly endedAt: Moment;
  readonly state: 'complete' | 'failed' | 'cancelled';
  /** It started a plan. */
  readonly starts: boolean;
  /** What was decided of it as a change; null: it was none. */
  readonly because: string | null;
}

export interface ShadowPlan {
  readonly cascade: string;
  readonly at: Moment;
  /** Without what was built already when it was made, and without what policies keep out. */
  readonly rebuilds: readonly ShadowRebuild[];
  /** Rebuilds of it that Millrace has built itself. */
  readonly own?: number;
}

export interface ShadowRebuild {
  readonly component: ComponentId;
  readonly tier: number;
  /** Milliseconds of the longest way from its start to the end: the longest first. */
  readonly path: number;
  readonly because: string;
  readonly needs: readonly ComponentId[];
}

export type Shadow = Pick<Report, 'counts' | 'people' | 'planned' | 'forgotten' | 'wrong_order' | 'missed'>;

/** What people built and what plans foresaw, laid beside each other. Nothing is left out of the lists. */
export function shadowOf(builds: readonly MadeBuild[], plans: readonly ShadowPlan[]): Shadow {
  const made = [...builds].sort((a, b) => compare(a.endedAt, b.endedAt) || compare(a.build, b.build));
  const complete = made.filter((one) => one.state === 'complete');
  const ordered = [...plans].sort((a, b) => compare(a.at, b.at) || compare(a.cascade, b.cascade));
  const planned = plannedIn(ordered, complete);
  const people = made.map((one, n) => viewOf(one, n + 1));
  const forgotten = planned.filter((one) => one.nvr === null);
  const wrongOrder = wrongOrderOf(complete, ordered);
  const orderOf = new Map(made.map((one, n) => [one, n]));
  const missed = missedOf(complete, ordered).map((one) => {
    const because = one.because ?? 'no change that was seen touches it';
    return { ...people[orderOf.get(one)!]!, because };
  });
  const counts = {
    people: made.length,
    failed: made.filter((one) => one.state === 'failed').length,
    planned: planned.length,
    both: planned.length - forgotten.length,
    forgotten: forgotten.length,
    wrong_order: wrongOrder.length,
    missed: missed.length,
    changes: complete.filter((one) => one.starts).length,
    own: plans.reduce((sum, one) => sum + (one.own ?? 0), 0),
  };
  return { counts, people, planned, forgotten, wrong_order: wrongOrder, missed };
}

/** In the order in which it would have been built. What an earlier plan foresees, and nobody has built yet, counts once. */
function plannedIn(plans: readonly ShadowPlan[], complete: readonly MadeBuild[]): PlannedView[] {
  const open = new Map<ComponentId, Moment>();
  const builds = new Map<ComponentId, MadeBuild[]>();
  for (const one of complete) builds.set(one.component, [...(builds.get(one.component) ?? []), one]);
  const planned: PlannedView[] = [];
  for (const plan of plans) {
    const rebuilds = [...plan.rebuilds].sort(
      (a, b) => a.tier - b.tier || b.path - a.path || compare(a.component, b.component),
    );
    for (const { component, tier, because } of rebuilds) {
      const before = open.get(component);
      const own = builds.get(component) ?? [];
      const built = own.find((one) => one.endedAt >= plan.at);
      if (before !== undefined && !own.some(({ endedAt }) => endedAt >= before && endedAt < plan.at)) continue;
      open.set(component, plan.at);
      const order = planned.length + 1;
      planned.push({
        component,
        plan: plan.cascade,
        plannedAt: plan.at,
        tier,
        order,
        because,
        nvr: built?.nvr ?? null,
      });
    }
  }
  return planned;
}

function viewOf({ component, build, nvr, by, endedAt, state }: MadeBuild, order: number): Report['people'][number] {
  return { component, build, nvr, by, endedAt, order, state };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
