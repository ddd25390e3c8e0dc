import type { Row } from '@millrace/kernel';
import type { Stamp } from './stamp';

/** How far a waiver reaches: its subject; every build of its component until one passes; every build of its cascade. */
export const waiverScopes = ['build', 'component', 'cascade'] as const;
export type WaiverScope = (typeof waiverScopes)[number];

export interface WaiverRow extends Row {
  readonly number: number;
  readonly subject_type: string;
  readonly subject_id: string;
  readonly testcase: string;
  readonly scenario: string | null;
  readonly product_version: string;
  readonly username: string;
  readonly comment: string;
  /** false takes an earlier waiver back. */
  readonly waived: boolean;
  readonly timestamp: Stamp;
  /** Who waived in the name of `username`; left out in rows of old. */
  readonly proxied_by?: string | null;
  readonly scope?: WaiverScope;
  readonly component?: string | null;
  readonly cascade?: string | null;
  readonly ticket?: string | null;
  /** Since then it helps nobody any more. */
  readonly expires_at?: Stamp | null;
  /** Set when a newer build passed the test by itself. */
  readonly ended_at?: Stamp | null;
}
