import type { ComponentId } from '@millrace/kernel';
import type { GroupGateInput } from './group-gate/input';
import type { Hindrance, MadePlan, PlannedRebuild } from './input';
import type { Repository } from './state';

interface OfCascade {
  readonly release: string;
  readonly cascade: string;
}

/** A build that a cascade has landed. */
export interface LandedBuild {
  readonly component: ComponentId;
  readonly build: string;
}

/** About a whole cascade: its plan, its end, and what it does to itself. */
export type CascadeInput =
  | GroupGateInput
  | (OfCascade & { readonly type: 'plan.made'; readonly number: number; readonly plan: MadePlan })
  | (OfCascade & {
      readonly type: 'plan.part';
      readonly number: number;
      readonly snapshot: string;
      /** Lower tiers first. */
      readonly rebuilds: readonly PlannedRebuild[];
    })
  | (OfCascade & { readonly type: 'plan.failed'; readonly number: number; readonly fault: Hindrance })
  | (OfCascade & { readonly type: 'plan.due' })
  | (OfCascade & { readonly type: 'cascade.advance' })
  | (OfCascade & { readonly type: 'cascade.restart' })
  | (OfCascade & { readonly type: 'cascade.sweep' })
  | (OfCascade & {
      readonly type: 'cascade.give-way';
      /** The older cascade, and what both rebuild. */
      readonly to: string;
      readonly component: ComponentId;
    })
  | (OfCascade & {
      readonly type: 'place.followed';
      /** Builds that another cascade has landed; null fault: the place has them. */
      readonly builds: readonly LandedBuild[];
      readonly fault: Hindrance | null;
    })
  | (OfCascade & {
      readonly type: 'cascade.orphans';
      readonly rebuilds: readonly string[];
      readonly because: string;
    })
  | (OfCascade & { readonly type: 'tier.opened'; readonly tier: number })
  | (OfCascade & { readonly type: 'cascade.check' })
  | (OfCascade & {
      readonly type: 'cascade.reconcile';
      /** The scheduler has just started: its memory may be older than the world. */
      readonly all?: boolean;
    })
  | (OfCascade & {
      readonly type: 'place.closed';
      readonly outcome: 'landed' | 'kept' | 'cancelled';
      readonly repository: Repository;
    })
  | (OfCascade & {
      readonly type: 'cascade.remember';
      /** Rebuilds up to this id are remembered. */
      readonly after: string;
      readonly landed: boolean;
      /** Its landing; null: it ends without one. */
      readonly landing: string | null;
      readonly repository: Repository;
    })
  | (OfCascade & {
      readonly type: 'place.unclosed';
      readonly outcome: 'landed' | 'kept' | 'cancelled';
      readonly fault: Hindrance;
    })
  | (OfCascade & { readonly type: 'place.due' });
