import type { ComponentId, Moment } from '@millrace/kernel';
import { tellBuilds } from './releases';
import type { ValidatedRow } from './state';
import type { Turn } from './turn';
import type { WatchInput } from './watch-input';

/** The newest build of a component that a build system lists for a release. */
export interface ListedBuild {
  readonly component: ComponentId;
  readonly ref: string;
  readonly nvr: string;
  readonly completedAt: Moment | null;
}

/** What is held to be the newest validated build of a component. */
export type HeldBuild = Pick<ValidatedRow, 'component' | 'build' | 'nvr' | 'cascade'>;

export interface BaseDifference {
  /** Listed, and not what is held, and made since the release is known: what was there before is no news. */
  readonly other: readonly ListedBuild[];
  /** Held, and not what is listed; with what is. */
  readonly away: readonly { readonly held: HeldBuild; readonly listed: ListedBuild | null }[];
}

/** Compares what is held with what a build system lists, component by component. */
export function compareBase(held: readonly HeldBuild[], listed: readonly ListedBuild[], since: Moment): BaseDifference {
  const heldOf = new Map(held.map((one) => [one.component, one]));
  const listedOf = new Map(listed.map((one) => [one.component, one]));
  const isSame = (one: ListedBuild, other: HeldBuild): boolean => one.ref === other.build || one.nvr === other.nvr;
  return {
    other: listed.filter((one) => {
      const known = heldOf.get(one.component);
      return one.completedAt !== null && one.completedAt > since && !(known && isSame(one, known));
    }),
    away: held.flatMap((one) => {
      const there = listedOf.get(one.component) ?? null;
      return there && isSame(there, one) ? [] : [{ held: one, listed: there }];
    }),
  };
}

/** What nobody told of and a list has shown is taken as told: builds that people made, and builds that are gone. */
export function baseLooked(turn: Turn, input: Extract<WatchInput, { type: 'base.looked' }>): void {
  const { release, system, builds, withdrawn } = input;
  tellBuilds(turn, release, system, builds, withdrawn);
}
