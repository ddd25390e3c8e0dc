import type { ComponentId, Moment } from '@millrace/kernel';

/**
 * What somebody holds in a release: all of it (nothing named), a component in every cascade, a cascade, a tier or a
 * rebuild of one.
 */
export interface HoldScope {
  readonly cascade: string | null;
  readonly tier: number | null;
  readonly component: ComponentId | null;
}

export interface Hold extends HoldScope {
  readonly id: string;
  readonly by: string;
  readonly why: string;
  readonly at: Moment;
  /** When it ends by itself; null: when somebody resumes. */
  readonly until: Moment | null;
}

/** Does a hold of a whole release, or of a component in all its cascades, keep this from starting? */
export function standingHold(holds: readonly Hold[] | undefined, component: ComponentId | null): Hold | null {
  const standing = (holds ?? []).filter((hold) => hold.cascade === null);
  return standing.find((hold) => hold.component === null || hold.component === component) ?? null;
}

/** The hold of a rebuild that joins a cascade: of its component in all cascades, or of its tier. */
export function holdOfRebuild(
  holds: readonly Hold[] | undefined,
  { cascade, tier, component }: { readonly cascade: string; readonly tier: number; readonly component: ComponentId },
): Hold | null {
  const found = (holds ?? []).find((hold) => {
    if (hold.cascade === null) return hold.component === component;
    return hold.cascade === cascade && hold.tier === tier;
  });
  return found ?? null;
}

export function holdWords({ by, why, until }: Pick<Hold, 'by' | 'why' | 'until'>): string {
  return `${by} holds it${until === null ? '' : ` until ${until}`}${why ? `: ${why}` : ''}`;
}
