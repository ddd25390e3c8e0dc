import type { KnotPlan } from '../knots';
import type { OrderedSet } from './order-set';

/** An order as a few typed arrays, which go from one thread to another as they are. */
export interface FlatOrder {
  readonly tiers: number;
  readonly component: Int32Array;
  readonly pass: Uint8Array;
  readonly bootstrap: Uint8Array;
  readonly tier: Int32Array;
  /** By step: the plan of its knot, or -1. */
  readonly knot: Int32Array;
  /** The needs of step `n` are `needs[ends[n] .. ends[n + 1]]`. */
  readonly ends: Int32Array;
  readonly needs: Int32Array;
  readonly plans: readonly FlatKnot[];
  /** How many of the plans, the first ones, are knots that had to be opened. */
  readonly knots: number;
}

interface FlatKnot {
  readonly members: Int32Array;
  readonly bootstrapped: Int32Array;
  /** `from`, `to`, `from`, ... */
  readonly cut: Int32Array;
}

export function flatOrder({ steps, knots, tiers }: OrderedSet): FlatOrder {
  const plans = [...new Set([...knots, ...steps.flatMap((step) => step.knot ?? [])])];
  const numberOf = new Map(plans.map((plan, n) => [plan, n]));
  const ends = new Int32Array(steps.length + 1);
  steps.forEach((step, n) => (ends[n + 1] = ends[n]! + step.needs.length));
  const needs = new Int32Array(ends[steps.length]!);
  steps.forEach((step, n) => needs.set(step.needs, ends[n]!));
  return {
    ...{ tiers, ends, needs },
    component: Int32Array.from(steps, (step) => step.component),
    pass: Uint8Array.from(steps, (step) => step.pass),
    bootstrap: Uint8Array.from(steps, (step) => (step.bootstrap ? 1 : 0)),
    tier: Int32Array.from(steps, (step) => step.tier),
    knot: Int32Array.from(steps, (step) => (step.knot === null ? -1 : numberOf.get(step.knot)!)),
    knots: knots.length,
    plans: plans.map(({ members, bootstrapped, cut }) => ({
      ...{ members: Int32Array.from(members), bootstrapped: Int32Array.from(bootstrapped) },
      cut: Int32Array.from(cut.flat()),
    })),
  };
}

export function orderOfFlat(flat: FlatOrder): OrderedSet {
  const { component, pass, bootstrap, tier, knot, ends, needs, tiers } = flat;
  const plans = flat.plans.map(planOf);
  const steps = Array.from(component, (of, n) => ({
    ...{ component: of, pass: pass[n]!, bootstrap: bootstrap[n] === 1, tier: tier[n]! },
    needs: needs.subarray(ends[n], ends[n + 1]),
    knot: plans[knot[n]!] ?? null,
  }));
  return { steps, knots: plans.slice(0, flat.knots), tiers };
}

function planOf({ members, bootstrapped, cut }: FlatKnot): KnotPlan {
  const arcs = Array.from({ length: cut.length / 2 }, (_, n) => [cut[2 * n]!, cut[2 * n + 1]!] as const);
  return { members: Array.from(members), bootstrapped: new Set(bootstrapped), cut: arcs };
}

/** The memory of a flat order, to be handed over instead of copied. */
export function memoryOf(flat: FlatOrder): ArrayBuffer[] {
  const { component, pass, bootstrap, tier, knot, ends, needs } = flat;
  const ofKnots = flat.plans.flatMap(({ members, bootstrapped, cut }) => [members, bootstrapped, cut]);
  return [component, pass, bootstrap, tier, knot, ends, needs, ...ofKnots].map(({ buffer }) => buffer as ArrayBuffer);
}
