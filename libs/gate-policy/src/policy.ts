import type { Moment } from '@millrace/kernel';

/** A test that must have passed. */
export interface PassingTestCaseRule {
  readonly kind: 'PassingTestCaseRule';
  readonly testcase: string;
  /** null: every scenario that is reported. */
  readonly scenario: string | null;
  /** The rule holds for builds that were made from then on. */
  readonly validSince: Moment | null;
  /** The rule holds for builds that were made before then. */
  readonly validUntil: Moment | null;
}

/** Rules that stand in the package's own repository, as `gating.yaml`. */
export interface RemoteRule {
  readonly kind: 'RemoteRule';
  /** Templates of addresses; empty: those of the settings. */
  readonly sources: readonly string[];
  /** true: a missing file is a failure. */
  readonly required: boolean;
}

export type PolicyRule = PassingTestCaseRule | RemoteRule;

/** A policy of Greenwave. */
export interface Policy {
  readonly id: string | null;
  /** Patterns. */
  readonly productVersions: readonly string[];
  readonly contexts: readonly string[];
  /** Empty: any. */
  readonly subjectTypes: readonly string[];
  readonly rules: readonly PolicyRule[];
  /** Patterns of package names that it is for; empty: all. */
  readonly packages: readonly string[];
  readonly excludedPackages: readonly string[];
  /** The address that a remote policy was read from; null: ours. */
  readonly source: string | null;
}

/** What is wrong in a file, and on which line (the first is 1). */
export interface PolicyProblem {
  readonly message: string;
  readonly line: number;
}

/** A key that means nothing in the place where it stands; most probably a typo. */
export interface PolicyWarning extends PolicyProblem {
  readonly key: string;
}

export function contextsShared(a: Pick<Policy, 'contexts'>, b: Pick<Policy, 'contexts'>): boolean {
  return a.contexts.some((context) => b.contexts.includes(context));
}
