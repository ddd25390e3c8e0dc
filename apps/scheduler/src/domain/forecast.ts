import { moment, type ComponentId } from '@millrace/kernel';
import type { Shut } from './budgets/calendar';
import { outlook, type OutlookRow } from './outlook';
import { keyOf } from './plan-rows';

/** A rebuild of a plan with its expected time, and the longest way from its start to the end of all, in milliseconds. */
export interface TimedRebuild {
  readonly component: ComponentId;
  readonly pass: number;
  readonly needs: readonly { readonly component: ComponentId; readonly pass: number }[];
  readonly expected: number;
  readonly path: number;
}

/** What a plan takes, in milliseconds; gates and repositories take none. */
export interface Forecast {
  /** Of builders. */
  readonly work: number;
  /** Of the longest chain, however many builders there are. */
  readonly critical: number;
  /** From the start to the end of all with so many builds at one time, quiet hours in between included. */
  readonly finish: number;
  /** The longest chain, the first to be built first. */
  readonly chain: readonly ComponentId[];
}

/**
 * Runs a plan in mind: `slots` builds at one time, none started in quiet hours, the longest remaining path first, as the scheduler does it. Rebuilds
 * whose needs never come (there are none in a plan) would be left out. O(n log n) in rebuilds, linear in needs.
 */
export function forecast(rebuilds: readonly TimedRebuild[], slots: number, shut?: Shut): Forecast {
  const work = rebuilds.reduce((sum, one) => sum + one.expected, 0);
  const chain = chainOf(rebuilds);
  const critical = chain.reduce((sum, one) => sum + one.expected, 0);
  const finish = finishOf(rebuilds, slots, shut);
  return { work, critical, finish, chain: chain.map((one) => one.component) };
}

/** A plan is a cascade of which nothing has begun; gates take no time in it. */
function finishOf(rebuilds: readonly TimedRebuild[], slots: number, shut?: Shut): number {
  const rows = rebuilds.map((one): OutlookRow => {
    const { expected, path } = one;
    const idle = { open: [], held: false, doubtful: false, fresh: false, priority: 0, startedAt: null };
    return { ...idle, id: keyOf(one), state: 'waiting', needs: one.needs.map(keyOf), expected, path };
  });
  return outlook(rows, { slots, gate: 0, shut }, moment(0)).last ?? 0;
}

/** From the rebuild with the longest path along the one of its dependants with the longest. */
function chainOf(rebuilds: readonly TimedRebuild[]): readonly TimedRebuild[] {
  const next = new Map<string, TimedRebuild>();
  let first: TimedRebuild | undefined;
  for (const one of rebuilds) {
    if (!first || one.path > first.path) first = one;
    for (const need of one.needs) {
      const best = next.get(keyOf(need));
      if (!best || one.path > best.path) next.set(keyOf(need), one);
    }
  }
  const chain: TimedRebuild[] = [];
  for (let one = first; one && chain.length <= rebuilds.length; one = next.get(keyOf(one))) chain.push(one);
  return chain;
}
