import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import fc from 'fast-check';
import { fetchText, isInside } from './guarded-fetch';

const limits = { bytes: 1000, timeoutMs: 5000, private: true };
let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? '';
    if (path === '/good') response.end('text');
    else if (path === '/large') response.end('x'.repeat(1001));
    else if (path === '/on') response.writeHead(302, { location: '/good' }).end();
    else if (path === '/round') response.writeHead(302, { location: '/round' }).end();
    else if (path === '/inside') response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    else if (path === '/error') response.writeHead(500).end();
    else if (path !== '/silent') response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it('fetches a text, follows, and knows what is not there', async () => {
  expect(await fetchText(`${base}/good`, limits)).toBe('text');
  expect(await fetchText(`${base}/on`, limits)).toBe('text');
  expect(await fetchText(`${base}/none`, limits)).toBeNull();
});

it.each([
  ['/large', 'upstream-failed'],
  ['/round', 'upstream-failed'],
  ['/error', 'upstream-failed'],
  ['/inside', 'address-refused'],
])('%s ends with %s', async (path, code) => {
  await expect(fetchText(base + path, limits)).rejects.toMatchObject({ code });
});

it('waits no longer than it may', async () => {
  await expect(fetchText(`${base}/silent`, { ...limits, timeoutMs: 100 })).rejects.toMatchObject({
    code: 'upstream-timeout',
  });
});

it.each([
  ['http://127.0.0.1/x'],
  ['http://[::1]/x'],
  ['http://[::ffff:10.0.0.1]/x'],
  ['http://169.254.169.254/latest/meta-data'],
  ['http://localhost/x'],
  ['http://metadata.internal/x'],
  ['http://0x7f.1/x'],
  ['http://2130706433/x'],
  ['http://[::127.0.0.1]/x'],
  ['http://[64:ff9b::7f00:1]/x'],
  ['http://localhost./x'],
  ['http://user:secret@example.org/x'],
  ['file:///etc/passwd'],
  ['ftp://example.org/x'],
  ['no address'],
])('never asks %s', async (url) => {
  await expect(fetchText(url, { ...limits, private: false })).rejects.toMatchObject({ code: 'address-refused' });
});

it('asks no address inside by a name that means it', async () => {
  const { port } = server.address() as AddressInfo;
  const byName = fetchText(`http://${hostname()}:${port}/good`, { ...limits, private: false });
  // Where the machine's own name means nothing it is an address that cannot be reached.
  await expect(byName).rejects.toMatchObject({ code: expect.stringMatching(/^(address-refused|upstream-)/) as string });
});

it('knows every private network', () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const inNet = fc.oneof(
    fc.tuple(fc.constant(10), octet, octet, octet),
    fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
    fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
    fc.tuple(fc.constant(127), octet, octet, octet),
  );
  fc.assert(fc.property(inNet, (parts) => isInside(parts.join('.')) && isInside(`::ffff:${parts.join('.')}`)));
  expect(isInside('fd00::1')).toBe(true);
  expect([isInside('8.8.8.8'), isInside('2a00:1450::1')]).toEqual([false, false]);
});
