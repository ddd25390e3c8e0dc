import type { Network } from './network';

const spare = new WeakMap<Network, Uint8Array[]>();

/**
 * A byte for each component, all of them zero. Questions come by the thousand, and most reach a few components: they
 * share these instead of asking for new ones. Whoever uses them sets back to zero what was set.
 */
export function withMarks<Value>(network: Network, use: (marks: Uint8Array) => Value): Value {
  const free = spare.get(network) ?? [];
  spare.set(network, free);
  const marks = free.pop() ?? new Uint8Array(network.count);
  const value = use(marks);
  free.push(marks);
  return value;
}
