import type { AlertKind, Evidence } from '@millrace/contracts';
import type { ComponentId, Moment, Row } from '@millrace/kernel';

/** id: `<kind>/<subject>`. Something hangs, or did. */
export interface AlertRow extends Row {
  readonly release: string;
  readonly kind: AlertKind;
  /** A build's ref, a build system, `<build system>/<side tag>`, a cascade. */
  readonly subject: string;
  readonly since: Moment;
  readonly text: string;
  readonly remedy: string;
  /** null: it still does. */
  readonly endedAt: Moment | null;
}

/** id: the release's name. When it was looked at for what hangs. */
export interface WatchRow extends Row {
  readonly at: Moment;
  /** When its builds were last compared with their sources. */
  readonly reconciledAt?: Moment;
}

/** id: `<release>/<component>/<digest of source and inputs>`. A build of this, with these inputs, failed. */
export interface FailureRow extends Row {
  readonly release: string;
  readonly component: ComponentId;
  readonly commit: string | null;
  readonly inputs: string;
  readonly evidence: Evidence;
  readonly regression: Regression;
  /** Where it failed last, when, and how often in all. */
  readonly cascade: string;
  readonly at: Moment;
  readonly times: number;
  /** Components that it could come from: what it needs in its cascade, and what those need. */
  readonly suspects: readonly ComponentId[];
  /** Nothing has validated the component since. */
  readonly open: boolean;
  /** Tries that a fixed dependency gave it on a day. */
  readonly tries: { readonly day: string; readonly count: number };
}

/** Did it break by this cascade? `no`: its last known state was a failure already. */
export type Regression = 'yes' | 'no' | 'unknown';
