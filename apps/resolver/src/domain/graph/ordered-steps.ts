import type { KnotPlan } from '../knots';
import { becauseOf } from '../order';
import type { Network } from './network';
import type { OrderedSet, Step } from './order-set';
import { rowsOf } from './rows';

/** An order as arrays, and what of its text does not depend on who asks. Made once for an order, read by many. */
export class OrderedSteps {
  readonly count: number;
  readonly component: Int32Array;
  /** Numbers of steps by component, then pass. */
  readonly byComponent: Int32Array;
  readonly knots: readonly KnotPlan[];
  private readonly steps: readonly Step[];
  private readonly heads: string[] = [];
  private readonly tails: string[] = [];
  private readonly reasons: string[] = [];

  constructor(
    private readonly network: Network,
    { steps, knots }: OrderedSet,
  ) {
    this.count = steps.length;
    this.steps = steps;
    this.knots = knots;
    this.component = new Int32Array(steps.length);
    for (let n = 0; n < steps.length; n++) this.component[n] = steps[n]!.component;
    this.byComponent = sortedBy(this.component, network.count);
  }

  step(n: number): Step {
    return this.steps[n]!;
  }

  /** JSON of a step up to its tier. */
  head(n: number): string {
    return (this.heads[n] ??= `{"id":${JSON.stringify(this.idOf(n))},"tier":`);
  }

  /** JSON of a step from behind its tier to its first reason. */
  tail(n: number): string {
    return (this.tails[n] ??= this.tailWith(n, this.steps[n]!.needs));
  }

  tailWith(n: number, needs: Iterable<number>): string {
    let all = '';
    for (const need of needs) all += `${all === '' ? '' : ','}${JSON.stringify(this.idOf(need))}`;
    return `,"pass":${this.steps[n]!.pass},"needs":[${all}],"why":[`;
  }

  /** Why the order makes of it what it does, as JSON; empty for a step in no knot. */
  reason(n: number): string {
    return (this.reasons[n] ??= this.steps[n]!.knot ? JSON.stringify(becauseOf(this.network, this.steps[n]!)) : '');
  }

  private idOf(n: number): string {
    return this.network.components.get(this.component[n]!);
  }
}

/** Some steps of an order: those of components that are gone are passed over. */
export class StepsWithout {
  readonly count: number;
  private readonly isGone: Uint8Array;
  /** Steps of which a need is gone. */
  private readonly isTouched: Uint8Array;

  constructor(
    readonly all: OrderedSteps,
    gone: ReadonlySet<number>,
  ) {
    this.isGone = new Uint8Array(all.count);
    this.isTouched = new Uint8Array(all.count);
    let count = all.count;
    for (let n = 0; gone.size > 0 && n < all.count; n++) {
      if (gone.has(all.component[n]!)) this.isGone[n] = 1;
      count -= this.isGone[n]!;
      const { needs } = all.step(n);
      for (let k = 0; k < needs.length; k++) this.isTouched[n]! |= this.isGone[needs[k]!]!;
    }
    this.count = count;
  }

  /**
   * Numbers of the steps that are left, by tier, then component, then pass; and the tier of each.
   * @param members  the components of the steps, sorted
   */
  sorted(members: Int32Array, tiers: Int32Array): { readonly steps: Int32Array; readonly tier: Int32Array } {
    const { byComponent, component } = this.all;
    const left = new Int32Array(this.count);
    const tier = new Int32Array(this.count);
    let at = 0;
    let member = 0;
    let most = 0;
    for (let k = 0; k < byComponent.length; k++) {
      const n = byComponent[k]!;
      if (this.isGone[n] === 1) continue;
      while (members[member]! < component[n]!) member++;
      left[at] = n;
      tier[at] = tiers[member]!;
      most = Math.max(most, tier[at++]!);
    }
    const places = new Int32Array(at).map((_, n) => n);
    const { targets } = rowsOf(most + 1, tier, places);
    return { steps: targets.map((place) => left[place]!), tier: targets.map((place) => tier[place]!) };
  }

  /** Who needed something that is gone needs what that one needed. */
  needsOf(n: number): readonly number[] {
    const { needs } = this.all.step(n);
    if (this.isTouched[n] === 0) return Array.from(needs);
    const found = new Set<number>();
    const add = (need: number): void => {
      if (this.isGone[need] === 1) this.all.step(need).needs.forEach(add);
      else found.add(need);
    };
    needs.forEach(add);
    return [...found];
  }

  tail(n: number): string {
    return this.isTouched[n] === 0 ? this.all.tail(n) : this.all.tailWith(n, this.needsOf(n));
  }
}

/** Numbers of steps by component; equal ones in their order. */
function sortedBy(component: Int32Array, components: number): Int32Array {
  const numbers = new Int32Array(component.length).map((_, n) => n);
  if (numbers.length * 16 > components) return rowsOf(components, component, numbers).targets;
  return numbers.sort((a, b) => component[a]! - component[b]! || a - b);
}
