import type { ComponentId } from '@millrace/kernel';
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
  /** From the start to the end of all with so many builds at one time. */
  readonly finish: number;
  /** The longest chain, the first to be built first. */
  readonly chain: readonly ComponentId[];
}

/**
 * Runs a plan in mind: `slots` builds at one time, the longest remaining path first, as the scheduler does it. Rebuilds
 * whose needs never come (there are none in a plan) would be left out. O(n log n) in rebuilds, linear in needs.
 */
export function forecast(rebuilds: readonly TimedRebuild[], slots: number): Forecast {
  const work = rebuilds.reduce((sum, one) => sum + one.expected, 0);
  const chain = chainOf(rebuilds);
  const critical = chain.reduce((sum, one) => sum + one.expected, 0);
  const finish = run(rebuilds, Math.max(1, slots));
  return { work, critical, finish, chain: chain.map((one) => one.component) };
}

function run(rebuilds: readonly TimedRebuild[], slots: number): number {
  const open = new Map(rebuilds.map((one) => [keyOf(one), 0]));
  const dependants = new Map<string, TimedRebuild[]>(rebuilds.map((one) => [keyOf(one), []]));
  for (const one of rebuilds) {
    const needs = one.needs.filter((need) => dependants.has(keyOf(need)));
    open.set(keyOf(one), needs.length);
    for (const need of needs) dependants.get(keyOf(need))!.push(one);
  }
  const ready = new Heap<TimedRebuild>((a, b) => b.path - a.path);
  const running = new Heap<{ readonly rebuild: TimedRebuild; readonly end: number }>((a, b) => a.end - b.end);
  for (const one of rebuilds) if (open.get(keyOf(one)) === 0) ready.push(one);
  let now = 0;
  for (;;) {
    while (running.size < slots && ready.size > 0) {
      const rebuild = ready.pop()!;
      running.push({ rebuild, end: now + rebuild.expected });
    }
    const next = running.pop();
    if (!next) return now;
    now = next.end;
    for (const one of dependants.get(keyOf(next.rebuild))!) {
      const left = open.get(keyOf(one))! - 1;
      open.set(keyOf(one), left);
      if (left === 0) ready.push(one);
    }
  }
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

/** A binary heap: the least by its order comes out first. */
class Heap<Item> {
  private readonly items: Item[] = [];

  constructor(private readonly order: (a: Item, b: Item) => number) {}

  get size(): number {
    return this.items.length;
  }

  push(item: Item): void {
    let at = this.items.push(item) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.order(this.items[at]!, this.items[above]!) >= 0) return;
      this.swap(at, above);
      at = above;
    }
  }

  pop(): Item | undefined {
    const [least] = this.items;
    const last = this.items.pop();
    if (last === undefined || this.items.length === 0) return least;
    this.items[0] = last;
    let at = 0;
    for (;;) {
      const below = [2 * at + 1, 2 * at + 2].filter((one) => one < this.items.length);
      const smallest = below.sort((a, b) => this.order(this.items[a]!, this.items[b]!))[0];
      if (smallest === undefined || this.order(this.items[smallest]!, this.items[at]!) >= 0) return least;
      this.swap(at, smallest);
      at = smallest;
    }
  }

  private swap(a: number, b: number): void {
    [this.items[a], this.items[b]] = [this.items[b]!, this.items[a]!];
  }
}
