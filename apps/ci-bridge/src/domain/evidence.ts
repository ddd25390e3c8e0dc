import type { RemoteFile } from '@millrace/gate-policy';
import type { Moment, Row } from '@millrace/kernel';
import type { GateRules } from './gate';
import type { Answer, FailedBefore, ResultRow, VerdictRow, WaiverRow } from './state';

/** What became of the file that a remote rule leads to. */
export type RemoteFound =
  | { readonly kind: 'file'; readonly file: RemoteFile }
  | { readonly kind: 'away'; readonly since: Moment; readonly because: string };

/** What services of somebody else, asked instead of ours, know of a subject. */
export interface ForeignFacts {
  readonly askedAt: Moment;
  /** Greenwave's decision; null: Greenwave is not asked. */
  readonly greenwave: ForeignDecision | null;
  /** WaiverDB's waivers about the subject; null: WaiverDB is not asked. */
  readonly waivers: readonly WaiverRow[] | null;
  /** ResultsDB's results about the subject; null or left out: ResultsDB is not asked. */
  readonly results?: readonly ResultRow[] | null;
  /** Who could not be asked, since when; null: all answered. */
  readonly away: { readonly since: Moment; readonly because: string } | null;
}

export interface ForeignDecision {
  /** 404: it knows no policy that speaks about the subject. */
  readonly found: boolean;
  readonly satisfied: boolean;
  readonly summary: string;
  readonly requirements: readonly ForeignRequirement[];
}

export interface ForeignRequirement {
  readonly type: string;
  readonly testcase: string;
  readonly result: number | null;
  readonly waiver: number | null;
}

/** An answer as it was said, with all that it was made of: it can be made again. */
export interface DecisionRow extends Row {
  readonly number: number;
  readonly verdict: VerdictRow;
  readonly previous: Pick<Answer, 'decision' | 'state'> | null;
  readonly at: Moment;
  readonly definitionRevision: number;
  readonly catalogue: string | null;
  readonly rules: GateRules;
  readonly results: readonly number[];
  readonly waivers: readonly number[];
  readonly members: readonly VerdictRow[];
  readonly before: Readonly<Record<string, FailedBefore>>;
}
