import type { Cascade } from './story/cascades';
import type { Compose } from './story/compose';

/** What really happened, in numbers that the services' doors and the mail server gave. */
export interface Outcome {
  readonly ok: true;
  readonly bootstrap: { readonly rebuilds: number; readonly validated: number };
  readonly cascade: {
    readonly id: string;
    readonly rebuilds: number;
    readonly tiers: number;
    readonly validated: number;
    readonly failed: number;
    readonly resumed: number;
  };
  /** SMTP deliveries accepted. */
  readonly mails: number;
  readonly compose: { readonly id: string; readonly packages: number; readonly installed: boolean };
  readonly seconds: number;
  readonly setup_seconds: number;
}

export interface Told {
  readonly bootstrap: Cascade;
  readonly cascade: Cascade;
  readonly mails: number;
  readonly compose: Compose;
  readonly seconds: number;
  readonly setupSeconds: number;
}

/** Every number is counted from what was told; that the program was installed and ran is the story's own last step. */
export function outcomeOf({ bootstrap, cascade, mails, compose, seconds, setupSeconds }: Told): Outcome {
  const inState = ({ rebuilds }: Cascade, ...states: readonly string[]): number =>
    rebuilds.filter((rebuild) => states.includes(rebuild.state)).length;
  return {
    ok: true,
    bootstrap: { rebuilds: bootstrap.rebuilds.length, validated: inState(bootstrap, 'validated') },
    cascade: {
      id: cascade.cascade,
      rebuilds: cascade.rebuilds.length,
      tiers: cascade.tiers,
      validated: inState(cascade, 'validated'),
      failed: inState(cascade, 'failed', 'rejected'),
      resumed: cascade.rebuilds.filter((rebuild) => rebuild.resumed).length,
    },
    mails,
    compose: { id: compose.compose, packages: compose.packages, installed: true },
    seconds: Math.round(seconds * 10) / 10,
    setup_seconds: setupSeconds,
  };
}
