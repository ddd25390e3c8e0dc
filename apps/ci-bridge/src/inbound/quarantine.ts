import { AppError } from '@millrace/kernel';
import type { FileDesk } from './file-desk';
import type { IntakeParts, Taken } from './intake';
import type { MessageDesk } from './message-desk';
import { takeOver } from './resultsdb/take-over';
import type { WebhookDesk } from './webhook-desk';

interface QuarantinedLetter {
  readonly id: string;
  readonly origin: string;
  readonly content: string;
}

/** Hands what was quarantined over once more; throws when it is refused again. False: it came over the bus. */
export async function replayQuarantined(
  desks: {
    readonly webhooks: WebhookDesk;
    readonly files: FileDesk;
    readonly messages: MessageDesk;
    readonly parts: IntakeParts;
  },
  letter: QuarantinedLetter,
  who: string,
): Promise<boolean> {
  const [, foreign] = /^resultsdb\/(.+)$/.exec(letter.origin) ?? [];
  const taken =
    (await desks.webhooks.replay(letter)) ??
    (await desks.files.replay(letter, who)) ??
    (await desks.messages.replay(letter)) ??
    (foreign === undefined ? null : await takeOver(desks.parts, foreign, JSON.parse(letter.content)));
  if (taken === null) {
    if (!/^(webhook|file|bus|resultsdb)\//.test(letter.origin)) return false;
    throw new AppError({
      code: 'source-gone',
      kind: 'conflict',
      message: `${letter.id} came from ${letter.origin}, which is no longer set up`,
      remedy: 'set it up again, or drop it',
    });
  }
  refuseAgain(taken);
  return true;
}

function refuseAgain(taken: Taken): void {
  if (taken.status !== 'quarantined') return;
  const { code, kind, because, remedy } = taken.refusal;
  throw new AppError({ code, kind, message: because, remedy });
}
