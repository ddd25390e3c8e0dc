import { Ints, rowsOf, type Rows } from './rows';

export const hitKinds = ['build', 'runtime', 'contains', 'embedding', 'needs-change', 'moved'] as const;
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

  /** Component -> its hits. */
  byComponent(count: number): Rows {
    return rowsOf(
      count,
      this.components.view(),
      Int32Array.from({ length: this.length }, (_, n) => n),
    );
  }
}

/** Where not a requirement but a part leads: the component that it is. */
export function partSource(component: number): number {
  return -1 - component;
}
