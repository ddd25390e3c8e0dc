import { createHash } from 'node:crypto';
import { appendFile, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

const maxBytes = 2 * 1024 * 1024;

/** One accepted mail, as a line of `index.jsonl`. */
export interface InboxLine {
  readonly file: string;
  readonly at: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly messageId: string;
  readonly cascade: string;
  readonly component: string;
  readonly bytes: number;
}

export interface Inbox {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * A real SMTP server on loopback that keeps each mail that it accepts: the mail whole in `<n>-<digest>.eml`, a line
 * about it in `index.jsonl`. Both are written before the sender hears that it was accepted; a mail that comes twice is
 * kept twice, so that doubles are seen.
 */
export async function openInbox(dir: string, port: number, onMail: (line: InboxLine) => void): Promise<Inbox> {
  await mkdir(dir, { recursive: true });
  let count = (await readdir(dir)).filter((name) => name.endsWith('.eml')).length;
  const server = new SMTPServer({
    name: 'millrace-inbox',
    banner: 'keeps what it gets in a folder',
    disabledCommands: ['STARTTLS', 'AUTH'],
    size: maxBytes,
    closeTimeout: 200,
    onData(stream, session, done) {
      readAll(stream)
        .then((mail) => (stream.sizeExceeded ? null : keep(dir, ++count, mail, session)))
        .then((line) => {
          if (line) onMail(line);
          done(line ? null : Object.assign(new Error('the mail is larger than 2 MiB'), { responseCode: 552 }));
        })
        .catch((error: Error) => done(Object.assign(error, { responseCode: 451 })));
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  // A client that goes away in the middle is the client's trouble.
  server.on('error', () => undefined);
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function keep(dir: string, count: number, mail: Buffer, session: SMTPServerSession): Promise<InboxLine> {
  const digest = createHash('sha256').update(mail).digest('hex').slice(0, 12);
  const file = `${String(count).padStart(4, '0')}-${digest}.eml`;
  await writeFile(join(dir, `.${file}`), mail, { flush: true });
  await rename(join(dir, `.${file}`), join(dir, file));
  const { mailFrom, rcptTo } = session.envelope;
  const line: InboxLine = {
    file,
    at: new Date().toISOString(),
    from: mailFrom ? mailFrom.address : '',
    to: rcptTo.map((one) => one.address),
    subject: decoded(header(mail, 'Subject')),
    messageId: header(mail, 'Message-ID'),
    cascade: header(mail, 'X-Millrace-Cascade'),
    component: header(mail, 'X-Millrace-Component'),
    bytes: mail.length,
  };
  await appendFile(join(dir, 'index.jsonl'), `${JSON.stringify(line)}\n`, { flush: true });
  return line;
}

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function header(mail: Buffer, name: string): string {
  const head = mail.toString('utf8').split(/\r?\n\r?\n/, 1)[0]!;
  const unfolded = head.replace(/\r?\n(?=[ \t])/g, '').split(/\r?\n/);
  const line = unfolded.find((one) => one.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return line?.slice(name.length + 1).trim() ?? '';
}

/** Encoded words in UTF-8 (RFC 2047), both kinds. */
function decoded(text: string): string {
  const joined = text.replace(/\?=\s+=\?/g, '?==?');
  return joined.replace(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
    kind.toUpperCase() === 'B' ? Buffer.from(word, 'base64').toString('utf8') : quoted(word),
  );
}

function quoted(word: string): string {
  const bytes = word
    .replace(/_/g, ' ')
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
