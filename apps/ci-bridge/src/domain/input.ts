import type { EventData, releaseChanged, verdictWanted } from '@millrace/contracts';
import type { Refusal } from '@millrace/kernel';
import type { Span, Stamp } from './stamp';

export interface GroupDraft {
  /** null: one is made. */
  readonly uuid: string | null;
  readonly description?: string;
  readonly ref_url?: string;
}

/** A result as somebody reported it, in ResultsDB's form, its sizes bounded already. */
export interface ResultDraft {
  /** What it came from; equal sources are one result. null: nobody will send it twice. */
  readonly source: string | null;
  readonly testcase: { readonly name: string; readonly ref_url?: string };
  readonly outcome: string;
  readonly ref_url: string | null;
  readonly note: string | null;
  readonly groups: readonly GroupDraft[];
  readonly data: Readonly<Record<string, readonly string[]>>;
  /** null: the time at which it is recorded. */
  readonly submit_time: Stamp | null;
  /** When the test said so, by the CI's clock; null: at its submit time. */
  readonly occurred: Span | null;
  readonly release: string | null;
  /** Of a CI message: whose tests it speaks of, and who published it. Both may be bound by the settings. */
  readonly namespace?: string;
  readonly publisher?: string;
}

export type VerdictWanted = EventData<typeof verdictWanted>;
export type ReleaseChanged = EventData<typeof releaseChanged>;

export type Input =
  /** From a CI message, the scheduler, or ResultsDB's API. */
  | { readonly type: 'result-reported'; readonly draft: ResultDraft }
  /** Several results of one message or file: all of them or none. */
  | { readonly type: 'results-reported'; readonly drafts: readonly ResultDraft[] }
  /** A message that is no result: the sender's words are kept as a dead letter. */
  | { readonly type: 'result-unmappable'; readonly refusal: Refusal }
  | { readonly type: 'group-posted'; readonly group: GroupDraft }
  | { readonly type: 'testcase-posted'; readonly name: string; readonly ref_url?: string }
  | { readonly type: 'verdict-wanted'; readonly wanted: VerdictWanted }
  /** Look at one verdict again: a deadline passed, or its policy changed. */
  | { readonly type: 'verdict-review'; readonly verdict: string }
  | { readonly type: 'release-changed'; readonly release: Omit<ReleaseChanged, 'digest' | 'by'> }
  | { readonly type: 'waive'; readonly subject: string; readonly test: string; readonly comment: string }
  /** At the start: release definitions that were said before this service was there. */
  | { readonly type: 'releases-missed' }
  | { readonly type: 'releases-told'; readonly releases: readonly Omit<ReleaseChanged, 'digest' | 'by'>[] };
