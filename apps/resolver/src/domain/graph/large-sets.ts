import type { Network } from './network';
import { orderSet } from './order-set';
import { OrderedSteps, StepsWithout } from './ordered-steps';

/**
 * Sets of thousands come again and again: every member of a large knot reaches the same components, but for itself. So
 * a large set is ordered together with what changed, kept, and what changed is passed over when it is read.
 */
const large = 2000;
const most = 4;

export function keptOrder(network: Network, set: Int32Array, changed: readonly number[]): StepsWithout {
  const ordered = (of: Int32Array): OrderedSteps => new OrderedSteps(network, orderSet(network, of, 'build'));
  if (set.length < large) return new StepsWithout(ordered(set), new Set());
  const both = united(set, changed);
  const list = orders.get(network) ?? [];
  orders.set(network, list);
  const key = fingerprint(both);
  const known = list.find((one) => one.key === key);
  const order = known?.order ?? ordered(both);
  if (!known) list.unshift({ key, order });
  list.length = Math.min(list.length, most);
  return new StepsWithout(order, new Set(changed));
}

interface Kept {
  readonly key: string;
  readonly order: OrderedSteps;
}

const orders = new WeakMap<Network, Kept[]>();

/** Both are sorted, and have nothing in common. */
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
  for (let n = 0; n < set.length; n++) {
    a = Math.imul(a ^ set[n]!, 0x01000193);
    b = (Math.imul(b, 31) + set[n]!) | 0;
  }
  return `${set.length} ${a} ${b}`;
}
