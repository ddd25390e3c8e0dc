import type { ComponentId, Moment, Row } from '@millrace/kernel';

/** A build that somebody put into the base while a cascade ran. */
export interface SeenMove {
  readonly component: ComponentId;
  readonly nvr: string;
  readonly was: string | null;
  readonly by: string | null;
  readonly at: Moment;
  readonly effect: 'follow' | 'pin' | 'own';
}

/** id: `<release>/<tag>`: what was done with a side tag, or happened to it. Which there are the build system says. */
export interface SideTagRow extends Row {
  readonly release: string;
  readonly system: string;
  readonly tag: string;
  readonly cascade: string | null;
  readonly state: 'adopting' | 'adopted' | 'removing' | 'removed' | 'deleted' | 'restored' | 'seen';
  /** What hindered the last act; null: nothing did. */
  readonly problem: string | null;
  readonly remedy: string | null;
  /** The side tag that took its place. */
  readonly successor: string | null;
  /** The last try to make it anew went wrong: it is tried again in a while. */
  readonly failed: boolean;
  readonly by: string;
  readonly why: string;
  readonly at: Moment;
}

/** id: the cascade. What moved in the base meanwhile. */
export interface BaseMovesRow extends Row {
  readonly release: string;
  readonly count: number;
  /** The newest last. */
  readonly moves: readonly SeenMove[];
}

export function sideTagId(release: string, tag: string): string {
  return `${release}/${tag}`;
}
