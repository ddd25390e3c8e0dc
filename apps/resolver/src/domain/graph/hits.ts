import { Ints, rowsOf } from './rows';

export const hitKinds = ['build', 'runtime', 'contains', 'embedding', 'needs-change', 'moved', 'built-on'] as const;
export type HitKind = (typeof hitKinds)[number];

/** Components that a change reaches, and by what: a requirement by number, or a component (see {@link partSource}). */
export class Hits {
  private readonly components = new Ints();
  private readonly kinds = new Ints();
  private readonly sources = new Ints();

  get length(): number {
    return this.components.length;
  }

  add(component: number, kind: HitKind, source: number): void {
    this.components.push(component);
    this.kinds.push(hitKinds.indexOf(kind));
    this.sources.push(source);
  }

  component(n: number): number {
    return this.components.at(n);
  }

  kind(n: number): HitKind {
    return hitKinds[this.kinds.at(n)]!;
  }

  source(n: number): number {
    return this.sources.at(n);
  }

  /** Each component once, sorted. */
  members(): Int32Array {
    const sorted = this.components.copy().sort();
    let kept = 0;
    for (let n = 0; n < sorted.length; n++) if (n === 0 || sorted[n] !== sorted[n - 1]) sorted[kept++] = sorted[n]!;
    return sorted.subarray(0, kept);
  }

  /** Numbers of hits by component, in their order; what stands together is found by {@link firstOf}. */
  sorted(): Int32Array {
    const { components } = this;
    const numbers = new Int32Array(this.length);
    for (let n = 0; n < numbers.length; n++) numbers[n] = n;
    const highest = components.view().reduce((most, of) => Math.max(most, of), -1);
    // Counting is quicker than comparing only where there are many.
    if (numbers.length * 16 > highest) return rowsOf(highest + 1, components.view(), numbers).targets;
    return numbers.sort((a, b) => components.at(a) - components.at(b) || a - b);
  }
}

/** Where not a requirement but a part leads: the component that it is. */
export function partSource(component: number): number {
  return -1 - component;
}

/** Where the hits of a component, or of the next one that has any, begin in what `sorted` gave. */
export function firstOf(hits: Hits, sorted: Int32Array, component: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (hits.component(sorted[middle]!) < component) low = middle + 1;
    else high = middle;
  }
  return low;
}
