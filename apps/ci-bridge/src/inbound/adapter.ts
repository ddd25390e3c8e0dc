import type { Refusal } from '@millrace/kernel';
import type { Span } from '../domain/stamp';

/** A webhook as it came, proven to be from who it says. */
export interface Webhook {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** What the address says that it is about, when the message itself cannot: `?item=…&type=…&testcase=…`. */
  readonly asked: Asked;
}

export interface Asked {
  readonly item?: string | undefined;
  readonly type?: string | undefined;
  readonly testcase?: string | undefined;
}

/** One result as an adapter found it, in ResultsDB's words; sizes are bounded later. */
export interface Found {
  /** What makes it this result, within its source: the run, its attempt, its state. Equal keys are one result. */
  readonly key: string;
  readonly testcase: string;
  readonly testcaseUrl?: string | null | undefined;
  readonly outcome: string;
  readonly url?: string | null | undefined;
  readonly note?: string | null | undefined;
  /** `item` and `type` among them. Null and undefined members are left out. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What was tested when; null: when it was heard. */
  readonly occurred: Span | null;
  /** Address of the run that several results belong to. */
  readonly run?: string | null | undefined;
}

export type Mapped =
  | { readonly found: readonly Found[] }
  /** Understood, and of no interest. */
  | { readonly ignored: string };

/**
 * How a system proves itself. `signature`: an HMAC with SHA-256 of the body as it came, in hex, in one of the headers.
 * `token`: the secret itself, in one of the headers, as a bearer token or in the address (`?token=…`).
 */
export interface Proof {
  readonly kind: 'signature' | 'token';
  readonly headers: readonly string[];
  /** The system has no way of its own: a sender may show the secret as a bearer token, too. */
  readonly orBearer?: boolean;
}

/** A system that reports over HTTP. `map` throws a ZodError that names the member which is wrong. */
export interface WebhookAdapter {
  readonly name: string;
  readonly proof: Proof;
  readonly map: (hook: Webhook) => Mapped | Promise<Mapped>;
}

export interface FileSubject {
  readonly item: string;
  readonly type: string;
  /** One result under this name, as bad as the worst of the file; null: one for each test of it. */
  readonly testcase: string | null;
  /** Address of the run. */
  readonly url: string | null;
}

/** A kind of file with results. `map` throws a ZodError that says what is wrong. */
export interface FileAdapter {
  readonly name: string;
  readonly map: (content: string, subject: FileSubject) => Promise<readonly Found[]> | readonly Found[];
}

export function isRefused(mapped: Mapped | Refusal): mapped is Refusal {
  return 'because' in mapped;
}
