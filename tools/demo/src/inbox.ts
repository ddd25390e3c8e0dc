import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One mail that the SMTP server accepted: a line of its `index.jsonl`. */
export interface Mail {
  readonly file: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly messageId: string;
  readonly component: string;
  readonly cascade: string;
}

export function mailsIn(dir: string): readonly Mail[] {
  const index = join(dir, 'index.jsonl');
  if (!existsSync(index)) return [];
  // The last line may still be being written.
  const lines = readFileSync(index, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Mail);
}

/** The words of a mail, its head left out and its transfer encoding undone. */
export function textOfMail(dir: string, mail: Mail): string {
  const whole = readFileSync(join(dir, mail.file), 'utf8');
  const gap = /\r?\n\r?\n/.exec(whole);
  const [head, body] = gap ? [whole.slice(0, gap.index), whole.slice(gap.index + gap[0].length)] : [whole, ''];
  const encoding = /^content-transfer-encoding:\s*(\S+)/im.exec(head)?.[1]?.toLowerCase();
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  return (encoding === 'quoted-printable' ? unquoted(body) : body).replace(/\r\n/g, '\n');
}

function unquoted(text: string): string {
  const joined = text.replace(/=\r?\n/g, '');
  const bytes = joined.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Mails that say the same to the same people; there should be none. */
export function doubles(mails: readonly Mail[]): readonly Mail[] {
  const keyOf = (mail: Mail): string => `${mail.messageId} ${mail.to.join(',')}`;
  const ids = mails.map(keyOf);
  return mails.filter((mail, n) => ids.indexOf(keyOf(mail)) !== n);
}
