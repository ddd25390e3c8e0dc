import type { Request, Response } from 'express';
import { guardLoopback } from './request-guard';

function passes(
  listening: string,
  headers: Record<string, string>,
  { method = 'GET', origins = [] as readonly string[] } = {},
): boolean {
  let passed = false;
  let status = 200;
  const response = {
    status: (code: number) => ((status = code), response),
    type: () => response,
    send: (body: string) => expect(JSON.parse(body)).toMatchObject({ code: 'host-refused', status: 403 }),
  };
  const request = { headers, method } as unknown as Request;
  guardLoopback(listening, origins)(request, response as unknown as Response, () => (passed = true));
  expect(status).toBe(passed ? 200 : 403);
  return passed;
}

describe('the guard of a service on loopback', () => {
  it.each(['localhost', 'localhost:4101', '127.0.0.1:4101', '127.1.2.3', '[::1]:4101', '[::1]'])(
    'lets in who asks for %s',
    (host) => {
      for (const listening of ['127.0.0.1', 'localhost', '::1']) expect(passes(listening, { host })).toBe(true);
    },
  );

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example:127',
    '127.0.0.1@evil.example',
    '10.0.0.1',
    '::1',
    '',
  ])('refuses another name: %s', (host) => {
    expect(passes('127.0.0.1', { host })).toBe(false);
  });

  it('refuses a request without a name', () => {
    expect(passes('127.0.0.1', {})).toBe(false);
  });

  it.each([
    ['http://localhost:8080', true],
    ['http://127.0.0.1', true],
    ['https://evil.example', false],
    ['http://localhost.evil.example', false],
    ['null', false],
    ['not an address', false],
    ['', false],
  ])('weighs the page that asks: %s', (origin, good) => {
    expect(passes('127.0.0.1', { host: 'localhost:4101', origin })).toBe(good);
  });

  it('lets in a page that the settings name, and any that only asks what it may do', () => {
    const [host, origin] = ['localhost:4103', 'https://bodhi.example'];
    expect(passes('127.0.0.1', { host, origin }, { origins: [origin] })).toBe(true);
    expect(passes('127.0.0.1', { host, origin: 'https://evil.example' }, { origins: [origin] })).toBe(false);
    expect(passes('127.0.0.1', { host, origin }, { method: 'OPTIONS' })).toBe(true);
    expect(passes('127.0.0.1', { host: 'evil.example', origin }, { method: 'OPTIONS' })).toBe(false);
  });

  it('leaves a service that others may reach to its tokens', () => {
    expect(passes('0.0.0.0', { host: 'mill.example', origin: 'https://console.example' })).toBe(true);
  });
});
