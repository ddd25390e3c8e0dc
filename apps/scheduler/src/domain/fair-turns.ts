import type { CascadeRow } from './state';

/** How much of a build system a cascade gets beside the others. */
export const weights = { security: 8, normal: 2, background: 1 } as const;

/** Starts that each waiting cascade has had, divided by its weight; the least of them is 0. By the cascades' ids. */
export type Turns = Readonly<Record<string, number>>;

/**
 * Whose turn it is among cascades that have the same share of a build system. Without it one slot would always go to the
 * same cascade, and the others would starve until it ends.
 */
export class FairTurns {
  private readonly had: Map<string, number>;

  /** Who waits for the first time, or waits again, begins with the one that has had the least. */
  constructor(before: Turns | undefined, waiting: readonly CascadeRow[]) {
    const least = Math.min(...waiting.map(({ id }) => before?.[id] ?? Infinity));
    const start = Number.isFinite(least) ? least : 0;
    this.had = new Map(waiting.map(({ id }) => [id, (before?.[id] ?? start) - start]));
  }

  of({ id }: CascadeRow): number {
    return this.had.get(id) ?? 0;
  }

  took(cascade: CascadeRow): void {
    this.had.set(cascade.id, this.of(cascade) + 1 / weights[cascade.urgency]);
  }

  /** What is kept of it: nothing where nobody waits beside another. */
  kept(): { readonly turns?: Turns } {
    return this.had.size < 2 ? {} : { turns: Object.fromEntries(this.had) };
  }
}
