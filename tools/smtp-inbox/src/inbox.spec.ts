import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createTransport } from 'nodemailer';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openInbox, type Inbox, type InboxLine } from './inbox';

let dir: string;
let inbox: Inbox;
let seen: InboxLine[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-inbox-'));
  seen = [];
  inbox = await openInbox(dir, 0, (line) => seen.push(line));
});

afterEach(async () => {
  await inbox.close();
  await rm(dir, { recursive: true });
});

async function send(text: string): Promise<void> {
  const transport = createTransport({ host: '127.0.0.1', port: inbox.port });
  await transport.sendMail({
    from: 'a@example.org',
    to: 'b@example.org',
    subject: 'größer and with a subject so long that it must be folded somewhere in the middle of it',
    messageId: '<n-1@example.org>',
    text,
  });
  transport.close();
}

test('a mail is kept whole before it is accepted, and one that comes twice twice', async () => {
  await send('one');
  await send('one');
  const files = (await readdir(dir)).filter((name) => name.endsWith('.eml')).sort();
  expect(files).toHaveLength(2);
  expect(await readFile(join(dir, files[0]!), 'utf8')).toContain('\r\n\r\none');
  const lines = (await readFile(join(dir, 'index.jsonl'), 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as InboxLine)).toEqual(seen);
  expect(seen[1]).toMatchObject({
    from: 'a@example.org',
    to: ['b@example.org'],
    subject: 'größer and with a subject so long that it must be folded somewhere in the middle of it',
    messageId: '<n-1@example.org>',
  });
});

test('what is too large is refused and not kept', async () => {
  await expect(send('x'.repeat(3 * 1024 * 1024))).rejects.toThrow();
  expect(await readdir(dir)).toEqual([]);
});

test('a taken port is named', async () => {
  await expect(openInbox(dir, inbox.port, () => undefined)).rejects.toThrow('EADDRINUSE');
});
