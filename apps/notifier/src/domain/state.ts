import type { Concern, ReleaseDefinition } from '@millrace/contracts';
import type { Moment, Row } from '@millrace/kernel';

/** What is known of a release: who owns what, and how its people are reached. */
export interface Release extends Row {
  readonly definitionRevision: number;
  readonly definition: ReleaseDefinition;
}

export const noticeStates = ['waiting', 'delivered', 'failed'] as const;
export type NoticeState = (typeof noticeStates)[number];

/** What one person is told about one cause. Its id follows from the two, so nobody is told twice. */
export interface Notice extends Row {
  readonly release: string;
  readonly person: string;
  /** null: the release definition has no address of this person. */
  readonly address: string | null;
  readonly about: string;
  readonly components: readonly string[];
  readonly letter: Letter;
  readonly state: NoticeState;
  /** How often the mail was handed to the sender; each round has several tries. */
  readonly round: number;
  readonly because: string;
  readonly messageId: string | null;
  readonly at: Moment;
  readonly deliveredAt: Moment | null;
}

/** A mail but for the addresses that only the process's settings know. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
  /** Mails about the same component of the same cascade share it. */
  readonly thread: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The service that has a page about it, and the page's path there. */
  readonly page: { readonly owner: string; readonly path: string } | null;
}

export interface NotifierState {
  readonly releases: ReadonlyMap<string, Release>;
  readonly notices: ReadonlyMap<string, Notice>;
}

/** An event as the notifier sees it: what every event can say of itself, and the facts that failures carry. */
export interface Happening {
  readonly release: string | null;
  readonly event: string;
  readonly owner: string;
  readonly subject: string;
  readonly revision: number;
  readonly summary: string;
  readonly link: string | null;
  readonly concern: Concern;
  readonly facts: Facts;
}

/** Members that an event's data may have, whatever its type; absent ones are left out of the letter. */
export interface Facts {
  readonly cascade?: string | undefined;
  readonly component?: string | undefined;
  readonly generation?: number | undefined;
  readonly pass?: number | undefined;
  readonly attempt?: number | undefined;
  readonly build?: string | undefined;
  readonly nvr?: string | null | undefined;
  readonly regression?: string | undefined;
  readonly evidence?:
    | {
        readonly class: string;
        readonly stage: string;
        readonly summary: string;
        readonly tail: string;
        readonly logs: readonly { readonly name: string; readonly address: string }[];
      }
    | undefined;
  readonly reasons?:
    readonly { readonly test: string; readonly text: string; readonly link: string | null }[] | undefined;
  readonly failed?: readonly string[] | undefined;
  readonly failed_builds?: readonly string[] | undefined;
  readonly waiting?: readonly string[] | undefined;
  readonly waiting_count?: number | undefined;
  readonly remedy?: readonly string[] | undefined;
}
