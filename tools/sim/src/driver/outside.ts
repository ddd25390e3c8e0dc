import type { ReleaseDefinition } from '@millrace/contracts';
import type { Step } from '../schedule';

export const release = 'sim';
export const farm = 'farm';

export type BuildEnd = 'complete' | 'failed' | 'infrastructure';

/** How a gate ends; `overdue`: its tests do not report in time, and pass when they do. */
export type GateEnd = 'passed' | 'failed' | 'overdue';

/** How a build hangs. */
export interface Hang {
  /** Milliseconds before a builder takes it. */
  readonly untakenMs: number;
  /** It takes so many times as long as it should. */
  readonly times: number;
}

/** What somebody will do about a rebuild that failed: a build by hand that works. */
export interface HandFix {
  /** From the news of the failure to the end of the build, in milliseconds. */
  readonly afterMs: number;
  /** It is built against the cascade's own builds; else against old ones, which proves nothing. */
  readonly againstCascade: boolean;
}

/** How messages fare on their way to the scheduler. */
export interface Weather {
  /** Shares of verdicts that are lost, and that come twice. */
  readonly lost: number;
  readonly doubled: number;
  /** Every verdict comes late by up to so many milliseconds, each by another delay: so they overtake one another. */
  readonly lateMs: number;
}

/** Everything around the scheduler, told as data: a build farm, CI, a resolver, and people. Times in milliseconds. */
export interface Outside {
  readonly definition: ReleaseDefinition;
  /** Builds that the farm works on at one time. */
  readonly builders: number;
  /** The resolver's order of these components. */
  plan(members: readonly string[] | 'all'): readonly Step[];
  buildMs(component: string, pass: number): number;
  /** What the scheduler takes a build's duration for. */
  expectedMs(component: string): number;
  buildEnd(component: string, attempt: number): BuildEnd;
  gate(component: string, attempt: number): GateEnd;
  readonly gateMs: number;
  /** From the order to admit a build until its repository is there. */
  readonly admitMs: number;
  /** Rebuilds in one part of a plan. */
  readonly partSize: number;
  /** Who turns out to be broken by a new build, planned or not. */
  broken(component: string): readonly string[];
  /** What becomes of a failed or rejected rebuild; null: nothing. */
  fix(component: string, attempt: number): HandFix | null;
  readonly weather: Weather | null;
  /** It is planned because of what others may lose, not because somebody named it. */
  isOptional?(component: string): boolean;
  /** A build that hangs; absent: none does. */
  hang?(component: string, attempt: number): Hang | null;
  /** The farm's list of builds cannot be read now; `ms` since the start. Absent: it always can. */
  isSilent?(ms: number): boolean;
}
