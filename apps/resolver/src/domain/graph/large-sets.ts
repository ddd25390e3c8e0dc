import { levelsOf, type Leveled } from './levels';
import type { Network } from './network';
import { orderSet, type OrderedSet, type Step } from './order-set';

/**
 * Sets of thousands come again and again: every member of a large knot reaches the same components, but for itself. So
 * the set is ordered together with what changed, kept, and what changed is taken out of it afterwards.
 */
const large = 2000;
const most = 4;

export function largeLevels(network: Network, set: Int32Array, changed: readonly number[]): Leveled {
  if (set.length < large) return levelsOf(network, set);
  const whole = kept(levels, network, united(set, changed), levelsOf);
  const gone = new Set(changed);
  const lowest = set.reduce((least, component) => Math.min(least, whole.tierOf.get(component)!), whole.tiers);
  const tierOf = new Map<number, number>();
  for (const component of set) tierOf.set(component, whole.tierOf.get(component)! - lowest);
  const knots = whole.knots.map((knot) => knot.filter((component) => !gone.has(component)));
  return { tierOf, tiers: whole.tiers - lowest, knots: knots.filter((knot) => knot.length > 1) };
}

export function largeOrder(network: Network, set: Int32Array, changed: readonly number[]): OrderedSet {
  if (set.length < large) return orderSet(network, set, 'build');
  const whole = kept(orders, network, united(set, changed), (of, all) => orderSet(of, all, 'build'));
  return withoutThese(whole, new Set(changed));
}

/** An order without some of its components: who needed one of them needs what that one needed. */
function withoutThese({ steps, knots, tiers }: OrderedSet, gone: ReadonlySet<number>): OrderedSet {
  const place = new Int32Array(steps.length);
  const instead = new Map<number, readonly number[]>();
  const left: Step[] = [];
  steps.forEach((step, n) => {
    const needs = step.needs.some((need) => instead.has(need))
      ? [...new Set([...step.needs].flatMap((need) => instead.get(need) ?? [place[need]!]))]
      : Array.from(step.needs, (need) => place[need]!);
    if (gone.has(step.component)) {
      instead.set(n, needs);
      return;
    }
    place[n] = left.length;
    left.push({ ...step, needs: Int32Array.from(needs) });
  });
  return { steps: left, knots, tiers };
}

interface Kept<Value> {
  readonly key: string;
  readonly value: Value;
}
type Keeping<Value> = WeakMap<Network, Kept<Value>[]>;

const levels: Keeping<Leveled> = new WeakMap();
const orders: Keeping<OrderedSet> = new WeakMap();

function kept<Value>(
  of: Keeping<Value>,
  network: Network,
  set: Int32Array,
  make: (network: Network, set: Int32Array) => Value,
): Value {
  const list = of.get(network) ?? [];
  of.set(network, list);
  const key = fingerprint(set);
  const known = list.find((one) => one.key === key);
  if (known) return known.value;
  const value = make(network, set);
  list.unshift({ key, value });
  list.length = Math.min(list.length, most);
  return value;
}

function united(set: Int32Array, changed: readonly number[]): Int32Array {
  const both = new Int32Array(set.length + changed.length);
  both.set(set);
  both.set(changed, set.length);
  return both.sort();
}

/** Two independent sums over a sorted set, and its size: equal for equal sets, and else practically never. */
function fingerprint(set: Int32Array): string {
  let a = 0x811c9dc5;
  let b = 17;
  for (const n of set) {
    a = Math.imul(a ^ n, 0x01000193);
    b = (Math.imul(b, 31) + n) | 0;
  }
  return `${set.length} ${a} ${b}`;
}
