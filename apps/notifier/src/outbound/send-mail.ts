import type { WorkContext, WorkKind } from '@millrace/engine';
import MailComposer from 'nodemailer/lib/mail-composer';
import { mailWork, type MailOrder, type NotifierInput } from '../domain/input';
import type { SentLedger } from './sent-ledger';
import { sendBySmtp, unsure, type SmtpServer } from './smtp';

export interface MailSettings {
  readonly server: SmtpServer;
  readonly from: string;
  /** The right side of Message-IDs. */
  readonly domain: string;
  /** HTTP addresses of the services, for links; a service without one has no link. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly ledger: SentLedger;
  readonly now: () => string;
}

interface MailSent {
  readonly messageId: string;
  readonly response: string;
}

/**
 * Sends one notice by mail, at most once. What the ledger knows as accepted is not sent again; what it knows as
 * `sending` may have been accepted before a crash, and is reported as unsure instead.
 */
export function mailSender(settings: MailSettings): WorkKind<MailOrder, MailSent, NotifierInput> {
  return {
    kind: mailWork,
    concurrency: 2,
    timeoutMs: 60_000,
    tries: 12,
    run: (order, context) => sendOnce(settings, order, context),
    toInput: (order, outcome) => ({
      type: 'mail-ended',
      notice: order.notice,
      release: order.release,
      outcome: outcome.ok ? { ok: true, ...outcome.value } : outcome,
    }),
  };
}

export function messageIdOf(notice: string, domain: string): string {
  return `<${notice}@${domain}>`;
}

async function sendOnce(settings: MailSettings, order: MailOrder, { signal }: WorkContext): Promise<MailSent> {
  const { ledger, server, now } = settings;
  const messageId = messageIdOf(order.notice, settings.domain);
  const before = await ledger.read(order.notice);
  if (before?.state === 'accepted') return { messageId, response: before.response };
  if (before?.state === 'sending') throw unsure(order.to, `the service ended while it was being sent at ${before.at}`);
  const { message, from } = await compose(settings, order, messageId);
  const beforeEnd = (): Promise<void> => ledger.write(order.notice, { state: 'sending', at: now() });
  const response = await sendBySmtp(server, { from, to: order.to, message, beforeEnd }, signal).catch(
    async (error: { code?: string }) => {
      if (error.code !== 'smtp-unsure') await ledger.forget(order.notice);
      throw error;
    },
  );
  await ledger.write(order.notice, { state: 'accepted', at: now(), response });
  return { messageId, response };
}

async function compose(
  settings: MailSettings,
  { letter, to }: MailOrder,
  messageId: string,
): Promise<{ message: Buffer; from: string }> {
  const thread = messageIdOf(letter.thread, settings.domain);
  const node = new MailComposer({
    from: settings.from,
    to,
    subject: letter.subject,
    text: `${letter.text}\n${pageLine(settings, letter.page)}\n-- \nSent by Millrace\n`,
    messageId,
    inReplyTo: thread,
    references: [thread],
    headers: { ...letter.headers },
    date: new Date(settings.now()),
    // Nothing of a letter may make the notifier read a file or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  const from = node.getEnvelope().from;
  return { message: await node.build(), from: typeof from === 'string' ? from : '' };
}

function pageLine({ addresses }: MailSettings, page: MailOrder['letter']['page']): string {
  const base = page && addresses[page.owner];
  return base ? `\nMore: ${base.replace(/\/+$/, '')}${page.path}\n` : '';
}
