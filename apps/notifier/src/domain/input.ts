import type { ReleaseDefinition } from '@millrace/contracts';
import type { Fault } from '@millrace/kernel';
import type { Happening, Letter } from './state';

export type NotifierInput =
  | { readonly type: 'happened'; readonly happening: Happening }
  | {
      readonly type: 'release-known';
      readonly release: string;
      readonly revision: number;
      readonly definition: ReleaseDefinition;
    }
  | { readonly type: 'started' }
  | {
      readonly type: 'releases-told';
      readonly releases: readonly { name: string; revision: number; definition: ReleaseDefinition }[];
    }
  | {
      readonly type: 'mail-ended';
      readonly notice: string;
      readonly release: string;
      readonly outcome:
        | { readonly ok: true; readonly messageId: string; readonly response: string }
        | { readonly ok: false; readonly fault: Pick<Fault, 'code' | 'kind' | 'message'> };
    };

/** What the sender of mails needs; the process's settings add addresses of its own. */
export interface MailOrder {
  readonly notice: string;
  readonly release: string;
  readonly to: string;
  readonly letter: Letter;
}

export const mailWork = 'mail.send';
export const releasesWork = 'releases.ask';
