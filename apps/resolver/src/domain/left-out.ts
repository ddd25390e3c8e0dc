import type { UnresolvedClause } from './graph/unresolved';
import { leaveOut } from './graph/leave-out';
import type { Network } from './graph/network';
import { leavesBy, type Reach } from './policy';

/** A graph as a release's policies leave it. */
export interface Remaining {
  readonly network: Network;
  /** Who still needs what is retired or blocked, and why that is. */
  readonly needed: readonly UnresolvedClause[];
  /** What was taken out. */
  readonly gone: readonly number[];
}

const made = new WeakMap<Network, { readonly reach: Reach | null; readonly remaining: Remaining }>();

/** Takes retired and blocked components out of a graph; made once for a graph and a definition. */
export function remainingOf(network: Network, reach: Reach | null): Remaining {
  const known = made.get(network);
  if (known?.reach === reach) return known.remaining;
  const remaining = reach === null ? { network, needed: [], gone: [] } : without(network, reach);
  made.set(network, { reach, remaining });
  return remaining;
}

function without(network: Network, reach: Reach): Remaining {
  const leaves = reach.components.some((one) => one.status !== undefined);
  const reasons = new Map<number, string>();
  for (let n = 0; leaves && n < network.count; n++) {
    const policy = leavesBy(reach, network.components.get(n));
    if (policy) reasons.set(n, `${policy.status}: ${policy.reason}`);
  }
  if (reasons.size === 0) return { network, needed: [], gone: [] };
  const { network: left, needed } = leaveOut(network, new Set(reasons.keys()));
  return {
    ...{ network: left, gone: [...reasons.keys()] },
    needed: needed.map(({ component, kind, requirement, from }) => ({
      ...{ component: network.components.get(component), kind, requirement },
      hint: `${network.components.get(from)}, which gives it, is ${reasons.get(from)}`,
    })),
  };
}
