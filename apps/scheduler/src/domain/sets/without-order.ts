import type { ImpactRebuild } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';

interface Ordered {
  readonly rebuilds: readonly ImpactRebuild[];
  readonly tiers: number;
  readonly knots: readonly (readonly ComponentId[])[];
}

/**
 * The plan of an unordered set: its members need nothing of one another, stand in one tier and are built once, knots
 * too. What joined later, because a new build took something from it, still waits for what it needs.
 */
export function withoutOrder<Plan extends Ordered>(plan: Plan, members: readonly ComponentId[] | 'all'): Plan {
  const named = members === 'all' ? null : new Set(members);
  const tierOf = new Map<ComponentId, number>();
  const last = new Map(plan.rebuilds.map((one) => [one.component, one]));
  const ordered = [...last.values()].sort((a, b) => a.tier - b.tier || (a.component < b.component ? -1 : 1));
  const rebuilds = ordered.map((one): ImpactRebuild => {
    const isMember = named === null || named.has(one.component);
    const needs = isMember ? [] : [...new Set(one.needs.map((need) => need.component))].filter((id) => tierOf.has(id));
    const tier = Math.max(-1, ...needs.map((id) => tierOf.get(id)!)) + 1;
    tierOf.set(one.component, tier);
    return { ...one, pass: 1, bootstrap: false, tier, needs: needs.map((component) => ({ component, pass: 1 })) };
  });
  const tiers = rebuilds.reduce((most, one) => Math.max(most, one.tier + 1), 0);
  return { ...plan, rebuilds: rebuilds.sort((a, b) => a.tier - b.tier), tiers, knots: [] };
}
