import type { ComponentId } from '@millrace/kernel';
import type { MadeBuild, ShadowPlan } from './shadow';

export interface WrongOrder {
  readonly component: ComponentId;
  readonly nvr: string;
  readonly needs: ComponentId;
  readonly needsNvr: string;
  readonly plan: string;
}

/**
 * Builds that had begun before the end of one that they need, and that nobody has built once more since: they were made
 * with what was there before. Plans and builds are in their order.
 */
export function wrongOrderOf(complete: readonly MadeBuild[], plans: readonly ShadowPlan[]): WrongOrder[] {
  const found = plans.flatMap((plan) => wrongOrderIn(plan, complete));
  // What two plans say of the same builds counts once.
  return [...new Map([...found].reverse().map((one) => [`${one.nvr} ${one.needsNvr}`, one])).values()].reverse();
}

function wrongOrderIn({ cascade: plan, at, rebuilds }: ShadowPlan, complete: readonly MadeBuild[]): WrongOrder[] {
  const last = new Map(complete.filter((one) => one.endedAt >= at).map((one) => [one.component, one]));
  return rebuilds.flatMap(({ component, needs }) => {
    const own = last.get(component);
    if (!own) return [];
    const late = needs
      .flatMap((need) => last.get(need) ?? [])
      .filter((below) => (own.startedAt ?? own.endedAt) < below.endedAt);
    return late.map((below) => ({ component, nvr: own.nvr, needs: below.component, needsNvr: below.nvr, plan }));
  });
}

/** Builds that no plan had foreseen when they ended, and that started none themselves. */
export function missedOf(complete: readonly MadeBuild[], plans: readonly ShadowPlan[]): readonly MadeBuild[] {
  const first = new Map<ComponentId, string>();
  for (const plan of plans) {
    for (const { component } of plan.rebuilds) if (!first.has(component)) first.set(component, plan.at);
  }
  return complete.filter((one) => {
    const foreseen = first.get(one.component);
    return !one.starts && (foreseen === undefined || foreseen > one.endedAt);
  });
}
