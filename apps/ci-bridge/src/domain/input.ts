import type { EventData, releaseChanged, verdictWanted } from '@millrace/contracts';
import type { RemoteFile, RemoteRule } from '@millrace/gate-policy';
import type { Refusal } from '@millrace/kernel';
import type { Catalogue } from './catalogue';
import type { Forwarded } from './forward';
import type { IntakeSettingsRow } from './intake';
import type { Span, Stamp } from './stamp';
import type { ForeignDecision } from './evidence';
import type { ResultRow, WaiverRow, WaiverScope } from './state';

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

/** A waiver before it has a number. */
export interface WaiverDraft {
  readonly subject_type: string;
  readonly subject_id: string;
  readonly testcase: string;
  readonly scenario: string | null;
  readonly product_version: string;
  readonly username: string;
  readonly proxied_by: string | null;
  readonly comment: string;
  readonly waived: boolean;
  readonly expires_at: Stamp | null;
  readonly scope: WaiverScope;
  readonly ticket: string | null;
}

export type VerdictWanted = EventData<typeof verdictWanted>;
export type ReleaseChanged = EventData<typeof releaseChanged>;

export type Input =
  /** From a CI message, the scheduler, or ResultsDB's API. */
  | { readonly type: 'result-reported'; readonly draft: ResultDraft }
  /** Several results of one message or file: all of them or none. */
  | { readonly type: 'results-reported'; readonly drafts: readonly ResultDraft[] }
  /** At the start: what the settings say about results that come in. */
  | { readonly type: 'intake-set'; readonly settings: IntakeSettingsRow }
  /** A result is in somebody else's ResultsDB, or could not be put there. */
  | { readonly type: 'result-forwarded'; readonly forwarded: Forwarded }
  | { readonly type: 'poll-due'; readonly name: string }
  /** What somebody else's ResultsDB has that is new; a null cursor: it could not be asked. */
  | {
      readonly type: 'results-polled';
      readonly name: string;
      readonly drafts: readonly ResultDraft[];
      readonly cursor: Stamp | null;
    }
  /** A message that is no result: the sender's words are kept as a dead letter. */
  | { readonly type: 'result-unmappable'; readonly refusal: Refusal }
  | { readonly type: 'group-posted'; readonly group: GroupDraft }
  | { readonly type: 'testcase-posted'; readonly name: string; readonly ref_url?: string }
  | { readonly type: 'verdict-wanted'; readonly wanted: VerdictWanted }
  /** Look at one verdict again: a deadline passed, or its policy changed. */
  | { readonly type: 'verdict-review'; readonly verdict: string }
  /** Look at a release's verdicts again, page by page: what their answers depend on has changed. */
  | { readonly type: 'verdicts-review'; readonly release: string; readonly after: string | null }
  | { readonly type: 'release-changed'; readonly release: Omit<ReleaseChanged, 'digest' | 'by'> }
  | {
      readonly type: 'waive';
      readonly subject: string;
      readonly test: string;
      readonly comment: string;
      readonly scenario?: string | undefined;
      readonly scope?: WaiverScope | undefined;
      readonly ticket?: string | undefined;
      /** A time, or a duration from now on. */
      readonly expires?: string | undefined;
      /** true takes the waiver back. */
      readonly withdraw?: boolean | undefined;
      /** Where it is waived, also when no gate was asked about it; left out: wherever one was. */
      readonly product_version?: string | undefined;
      /** What kind of thing it is, when no gate was asked about it. */
      readonly subject_type?: string | undefined;
      /** Whose waiver it is, where another service passes it on; left out: whoever asks. */
      readonly by?: string | undefined;
    }
  /** Through WaiverDB's API, checked already. */
  | { readonly type: 'waivers-posted'; readonly waivers: readonly WaiverDraft[] }
  /** Greenwave's policy files as they are now. */
  | { readonly type: 'policies-read'; readonly catalogue: Catalogue; readonly digest: string }
  | {
      readonly type: 'remote-found';
      readonly verdict: string;
      readonly build: string;
      readonly rule: RemoteRule;
      readonly found: RemoteFile | { readonly kind: 'away'; readonly because: string };
    }
  | {
      readonly type: 'foreign-told';
      readonly verdict: string;
      readonly build: string;
      readonly said:
        | { readonly kind: 'away'; readonly because: string }
        | {
            readonly kind: 'facts';
            readonly greenwave: ForeignDecision | null;
            readonly waivers: readonly WaiverRow[] | null;
            readonly results: readonly ResultRow[] | null;
          };
    }
  /** Files that could not be looked for are looked for again. */
  | { readonly type: 'remote-retry'; readonly verdict: string }
  /** A CI was asked for a new run. */
  | { readonly type: 'rerun-asked' }
  | {
      readonly type: 'group-wanted';
      readonly release: string;
      readonly builds: readonly string[];
      readonly context: string;
    }
  /** At the start: release definitions that were said before this service was there. */
  | { readonly type: 'releases-missed' }
  | { readonly type: 'releases-told'; readonly releases: readonly Omit<ReleaseChanged, 'digest' | 'by'>[] };
