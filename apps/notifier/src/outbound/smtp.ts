import { AppError } from '@millrace/kernel';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { Readable } from 'node:stream';

export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise STARTTLS where the server offers it. */
  readonly secure: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | null;
}

export interface SmtpMail {
  readonly from: string;
  readonly to: string;
  readonly message: Buffer;
  /** Done after the last line and before the final dot: until then the server cannot have accepted the mail. */
  readonly beforeEnd: () => Promise<void>;
}

/**
 * One SMTP conversation; gives the server's answer to the mail.
 * Throws `unavailable` (`smtp-unreachable`, `smtp-login`, `smtp-later`) and `invalid` (`smtp-refused`) when the mail was surely not
 * accepted, and `conflict` (`smtp-unsure`) when the connection ended between the final dot and the answer.
 */
export async function sendBySmtp(server: SmtpServer, mail: SmtpMail, signal: AbortSignal): Promise<string> {
  const connection = new SMTPConnection({
    host: server.host,
    port: server.port,
    secure: server.secure,
    requireTLS: server.auth !== null && !server.secure && !isLoopback(server.host),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
  });
  let ended = false;
  const abort = (): void => connection.close();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await converse(connection, server, {
      ...mail,
      beforeEnd: async () => {
        await mail.beforeEnd();
        ended = true;
      },
    });
  } catch (error) {
    throw faultOf(error, server, mail.to, ended);
  } finally {
    signal.removeEventListener('abort', abort);
    connection.close();
  }
}

function converse(connection: SMTPConnection, { auth }: SmtpServer, mail: SmtpMail): Promise<string> {
  return new Promise((resolve, reject) => {
    connection.once('error', reject);
    connection.once('end', () => reject(new Error('the connection was closed')));
    const transmit = (): void => {
      const envelope = { from: mail.from, to: [mail.to], size: mail.message.length };
      connection.send(envelope, Readable.from(body(mail)), (error, info) => {
        if (error || !info) return reject(error ?? new Error('the server gave no answer'));
        connection.quit();
        resolve(info.response);
      });
    };
    connection.connect((error) => {
      if (error) return reject(error);
      if (!auth) return transmit();
      connection.login({ user: auth.user, pass: auth.pass }, (refused) => (refused ? reject(refused) : transmit()));
    });
  });
}

async function* body(mail: SmtpMail): AsyncGenerator<Buffer> {
  yield mail.message;
  await mail.beforeEnd();
}

function faultOf(error: unknown, server: SmtpServer, to: string, ended: boolean): AppError {
  const { responseCode, code } = error as { responseCode?: number; code?: string };
  const text = error instanceof Error ? error.message : String(error);
  const where = `${server.host}:${server.port}`;
  if (code === 'EAUTH') {
    const message = `the mail server ${where} refused to log us in: ${text}`;
    const remedy = 'correct smtp_user and smtp_password_file of the notifier; the mail is tried again';
    return new AppError({ code: 'smtp-login', kind: 'unavailable', message, remedy, cause: error });
  }
  if (responseCode !== undefined && responseCode >= 500) {
    const remedy = 'correct the address in the release definition, or the mail settings of the notifier';
    return new AppError({
      code: 'smtp-refused',
      kind: 'invalid',
      message: `the mail server ${where} refused the mail to ${to}: ${text}`,
      remedy,
      cause: error,
    });
  }
  if (responseCode !== undefined && responseCode >= 400) {
    const message = `the mail server ${where} does not take the mail to ${to} now: ${text}`;
    return new AppError({
      code: 'smtp-later',
      kind: 'unavailable',
      message,
      remedy: 'it is tried again',
      cause: error,
    });
  }
  if (!ended) {
    const message = `the mail server ${where} could not be talked to: ${text}`;
    const remedy = 'start it, or set smtp_host and smtp_port of the notifier; the mail is tried again';
    return new AppError({ code: 'smtp-unreachable', kind: 'unavailable', message, remedy, cause: error });
  }
  return unsure(to, `the connection to ${where} ended before the server's answer: ${text}`);
}

/** Nobody is mailed twice: a mail that the server may have taken is not sent again by itself. */
export function unsure(to: string, why: string): AppError {
  return new AppError({
    code: 'smtp-unsure',
    kind: 'conflict',
    message: `unsure whether ${to} was reached, so the mail is not sent again: ${why}`,
    remedy: 'read it with `millrace notice list --json` and pass it on by other means',
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
