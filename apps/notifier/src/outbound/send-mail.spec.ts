import { AppError } from '@millrace/kernel';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { MailOrder } from '../domain/input';
import { mailSender, type MailSettings } from './send-mail';
import { openSentLedger, type SentLedger } from './sent-ledger';

const order: MailOrder = {
  notice: 'n-1',
  release: 'minidistro',
  to: 'ada@example.org',
  letter: {
    subject: '[minidistro] rpm/libmill failed to build: größer',
    text: 'The end of the log:\n.\nQUIT\nörks',
    thread: 't-1',
    headers: { 'X-Millrace-Cascade': 'c-1', 'Auto-Submitted': 'auto-generated' },
    page: { owner: 'scheduler', path: '/api/v1/cascades/c-1' },
  },
};

let dir: string;
let ledger: SentLedger;
let mails: string[];
const servers: SMTPServer[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-mail-'));
  ledger = await openSentLedger(dir);
  mails = [];
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise<void>((done) => server.close(() => done()))));
  await rm(dir, { recursive: true });
});

/** A real SMTP server on a free port that keeps what it accepts. */
async function serve(options: SMTPServerOptions = {}): Promise<number> {
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    closeTimeout: 100,
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        mails.push(Buffer.concat(chunks).toString('utf8'));
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  servers.push(server);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return (server.server.address() as AddressInfo).port;
}

async function send(port: number, auth: MailSettings['server']['auth'] = null) {
  const settings: MailSettings = {
    server: { host: '127.0.0.1', port, secure: false, auth },
    from: 'Millrace <millrace@example.org>',
    domain: 'example.org',
    addresses: { scheduler: 'http://127.0.0.1:4102/' },
    ledger,
    now: () => '2026-01-31T09:30:00.000Z',
  };
  const context = { key: 'n-1/1', attempt: 1, signal: new AbortController().signal };
  return mailSender(settings).run(order, context);
}

async function fault(sent: Promise<unknown>): Promise<Pick<AppError, 'code' | 'kind'>> {
  const error = await sent.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`expected a fault, not ${String(error)}`);
  return { code: error.code, kind: error.kind };
}

function refusing(responseCode: number): SMTPServerOptions {
  return {
    onRcptTo: (_address, _session, done) => done(Object.assign(new Error('not here'), { responseCode })),
  };
}

test('a mail arrives whole, with ids that make it recognisable', async () => {
  expect(await send(await serve())).toMatchObject({ messageId: '<n-1@example.org>' });
  expect(mails).toHaveLength(1);
  const [head, ...body] = mails[0]!.split('\r\n\r\n');
  for (const line of [
    'Message-ID: <n-1@example.org>',
    'In-Reply-To: <t-1@example.org>',
    'References: <t-1@example.org>',
    'X-Millrace-Cascade: c-1',
    'Auto-Submitted: auto-generated',
    'To: ada@example.org',
    'From: Millrace <millrace@example.org>',
    'Date: Sat, 31 Jan 2026 09:30:00 +0000',
  ]) {
    expect(head!.split('\r\n')).toContain(line);
  }
  expect(body.join('\r\n\r\n')).toContain('\r\n.\r\nQUIT\r\n');
  expect(mails[0]!.replace(/=\r\n/g, '')).toContain('More: http://127.0.0.1:4102/api/v1/cascades/c-1');
});

test('nobody is mailed twice: a second try looks first', async () => {
  const port = await serve();
  const first = await send(port);
  expect(await send(port)).toEqual(first);
  expect(mails).toHaveLength(1);
});

test('a mail that may have been accepted before a crash is not sent again, and says so', async () => {
  await ledger.write('n-1', { state: 'sending', at: '2026-01-31T09:29:59.000Z' });
  expect(await fault(send(await serve()))).toEqual({ code: 'smtp-unsure', kind: 'conflict' });
  expect(mails).toEqual([]);
});

test('a connection that ends after the final dot leaves it unsure, and for good', async () => {
  const port = await serve({
    onData(stream, session) {
      stream.on('end', () =>
        servers[0]!.connections.forEach((c) => (c as { _socket: { destroy(): void } })._socket.destroy()),
      );
      stream.resume();
      void session;
    },
  });
  expect(await fault(send(port))).toEqual({ code: 'smtp-unsure', kind: 'conflict' });
  expect(await fault(send(await serve()))).toEqual({ code: 'smtp-unsure', kind: 'conflict' });
  expect(mails).toEqual([]);
});

test.each([
  [550, { code: 'smtp-refused', kind: 'invalid' }],
  [451, { code: 'smtp-later', kind: 'unavailable' }],
])('a server that answers %d surely has not taken it, so it can be tried again', async (code, expected) => {
  expect(await fault(send(await serve(refusing(code))))).toEqual(expected);
  await send(await serve());
  expect(mails).toHaveLength(1);
});

test('a refusal of the whole mail after its final dot is no acceptance either', async () => {
  const port = await serve({
    onData(stream, _session, done) {
      stream.on('end', () => done(Object.assign(new Error('try later'), { responseCode: 452 })));
      stream.resume();
    },
  });
  expect(await fault(send(port))).toEqual({ code: 'smtp-later', kind: 'unavailable' });
  await send(await serve());
  expect(mails).toHaveLength(1);
});

test('a server that is not there is tried again', async () => {
  const port = await serve();
  await new Promise<void>((done) => servers.pop()!.close(() => done()));
  expect(await fault(send(port))).toEqual({ code: 'smtp-unreachable', kind: 'unavailable' });
});

test('it logs in when it has a user', async () => {
  const port = await serve({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'mill' && password === 'secret' ? done(null, { user: username }) : done(new Error('no')),
  });
  expect(await fault(send(port, { user: 'mill', pass: 'wrong' }))).toEqual({ code: 'smtp-login', kind: 'unavailable' });
  await send(port, { user: 'mill', pass: 'secret' });
  expect(mails).toHaveLength(1);
});
