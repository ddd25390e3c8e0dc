import type { Network } from './network';
import { orderSet, type OrderedSet } from './order-set';
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
  const known = keptFor(network, both);
  const order = known ?? ordered(both);
  if (!known) keep(network, both, order);
  return new StepsWithout(order, new Set(changed));
}

/** Has the order of a set made elsewhere, unless it is small or is kept: `keptOrder` finds it then. */
export async function keepOrder(
  network: Network,
  set: Int32Array,
  changed: readonly number[],
  make: (set: Int32Array) => Promise<OrderedSet>,
): Promise<void> {
  if (set.length < large) return;
  const both = united(set, changed);
  if (keptFor(network, both)) return;
  const making = underway.get(network) ?? new Map<string, Promise<OrderedSteps>>();
  underway.set(network, making);
  const key = fingerprint(both);
  const order = making.get(key) ?? make(both).then((made) => new OrderedSteps(network, made));
  making.set(key, order);
  try {
    const made = await order;
    if (!keptFor(network, both)) keep(network, both, made);
  } finally {
    making.delete(key);
  }
}

/** Who asks for the same order while it is made waits for it. */
const underway = new WeakMap<Network, Map<string, Promise<OrderedSteps>>>();

function keptFor(network: Network, both: Int32Array): OrderedSteps | undefined {
  const key = fingerprint(both);
  return orders.get(network)?.find((one) => one.key === key)?.order;
}

function keep(network: Network, both: Int32Array, order: OrderedSteps): void {
  const others = orders.get(network) ?? [];
  orders.set(network, [{ key: fingerprint(both), order }, ...others].slice(0, most));
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
