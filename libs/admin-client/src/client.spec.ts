import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { doors } from '@millrace/contracts';
import { createClient, type Client } from './client';

let server: Server;
let client: Client;
let heard: { request: IncomingMessage; body: string }[];
let answer: { status: number; body: unknown };

beforeEach(async () => {
  heard = [];
  answer = { status: 200, body: {} };
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      heard.push({ request, body });
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  // The scheduler is the second service after NATS's own port.
  client = createClient({ portBase: (server.address() as AddressInfo).port - 2, token: 'mr_x' });
});
afterEach(() => new Promise((done) => server.close(done)));

test('a command carries the token and a key, and its reply is typed', async () => {
  answer.body = { done: true, text: 'held', more: 1 };
  const reply = await client.call(
    doors.scheduler.cascadeHold,
    { cascade: 'c-1', why: 'lunch' },
    { idempotencyKey: 'k' },
  );
  expect(reply).toEqual({ done: true, text: 'held' });
  const { request, body } = heard[0]!;
  expect([request.method, request.url, body]).toEqual(['POST', '/admin/v1/cascades/c-1/hold', '{"why":"lunch"}']);
  expect(request.headers).toMatchObject({ authorization: 'Bearer mr_x', 'idempotency-key': 'k' });
});

test('each command has a key of its own, a question none', async () => {
  answer.body = { done: true, text: '' };
  await client.call(doors.scheduler.cascadeHold, { cascade: 'c-1' });
  await client.call(doors.scheduler.cascadeHold, { cascade: 'c-1' });
  answer.body = { cascades: [] };
  await client.call(doors.scheduler.cascades, {});
  const keys = heard.map(({ request }) => request.headers['idempotency-key']);
  expect(keys[0]).not.toBe(keys[1]);
  expect(keys[2]).toBeUndefined();
});

test('a problem document becomes the error that the service meant', async () => {
  answer = {
    status: 409,
    body: { code: 'cascade-over', kind: 'conflict', detail: 'it is over', remedy: 'start another' },
  };
  await expect(client.call(doors.scheduler.cascadeHold, { cascade: 'c-1' })).rejects.toMatchObject({
    code: 'cascade-over',
    kind: 'conflict',
    message: 'it is over',
    remedy: 'start another',
  });
});

test('something else than a problem document is told with its status', async () => {
  answer = { status: 502, body: '<html>bad gateway' };
  await expect(client.call(doors.scheduler.cascades, {})).rejects.toMatchObject({
    code: 'http-502',
    kind: 'unavailable',
    message: expect.stringContaining('<html>bad gateway') as string,
  });
});

test('a reply against the contract is told with its place', async () => {
  answer.body = { cascades: [{ cascade: 1 }] };
  await expect(client.call(doors.scheduler.cascades, {})).rejects.toMatchObject({
    code: 'reply-malformed',
    message: expect.stringContaining('cascades.0.cascade') as string,
  });
});

test('nobody there: the service and what to do are named', async () => {
  await new Promise((done) => server.close(done));
  await expect(client.call(doors.scheduler.cascades, {})).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringMatching(/^scheduler at 127\.0\.0\.1:\d+ cannot be reached$/) as string,
    remedy: expect.stringContaining('millrace up') as string,
  });
  expect(await client.problemOf('scheduler')).toBe('not up');
  await new Promise<void>((done) => server.listen(0, done));
});
