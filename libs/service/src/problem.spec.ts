import { AppError, type FaultKind } from '@millrace/kernel';
import { NotFoundException, type ArgumentsHost } from '@nestjs/common';
import pino from 'pino';
import { lastValueFrom, type Observable } from 'rxjs';
import { ProblemFilter } from './problem';

interface Sent {
  status: number;
  type: string;
  body: Record<string, unknown>;
}

describe('problems over HTTP', () => {
  const logged: string[] = [];
  const filter = new ProblemFilter(pino({}, { write: (line: string) => void logged.push(line) }));
  const answer = (thrown: unknown): Sent => {
    const sent: Sent = { status: 0, type: '', body: {} };
    const response = {
      headersSent: false,
      status: (status: number) => ((sent.status = status), response),
      type: (type: string) => ((sent.type = type), response),
      send: (text: string) => (sent.body = JSON.parse(text) as Sent['body']),
    };
    const http = { getResponse: () => response, getRequest: () => ({ path: '/api/v1/x' }) };
    filter.catch(thrown, { getType: () => 'http', switchToHttp: () => http } as unknown as ArgumentsHost);
    expect(sent.type).toBe('application/problem+json');
    expect(sent.body).toMatchObject({ status: sent.status, instance: '/api/v1/x' });
    return sent;
  };
  beforeEach(() => void (logged.length = 0));

  it.each<[FaultKind, number]>([
    ['invalid', 422],
    ['missing', 404],
    ['conflict', 409],
    ['forbidden', 403],
    ['unavailable', 503],
  ])('say of a fault of kind %s what, why and what to do, as %i', (kind, status) => {
    const { body, ...sent } = answer(new AppError({ code: 'c', kind, message: 'why', remedy: 'do this' }));
    expect(sent.status).toBe(status);
    expect(body).toMatchObject({ type: 'urn:millrace:c', code: 'c', kind, detail: 'why', remedy: 'do this' });
    expect(logged).toEqual([]);
  });

  it('tell nobody but the log about a defect', () => {
    const { status, body } = answer(new Error('SELECT secret FROM somewhere'));
    expect([status, body['code']]).toEqual([500, 'unexpected']);
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(logged.join()).toContain('SELECT secret');
  });

  it('ask for a token with 401', () => {
    expect(answer(new AppError({ code: 'token-needed', kind: 'forbidden', message: 'x' })).status).toBe(401);
  });

  it.each([
    [new NotFoundException('Cannot GET /x'), 404, 'route-unknown'],
    [Object.assign(new Error('too large'), { status: 413, type: 'entity.too.large' }), 413, 'body-too-large'],
    [Object.assign(new Error('no JSON'), { status: 400, type: 'entity.parse.failed' }), 400, 'request-unreadable'],
    [Object.assign(new Error('charset'), { status: 415, type: 'charset.unsupported' }), 415, 'request-unreadable'],
    [Object.assign(new Error('odd'), { status: 200 }), 500, 'unexpected'],
  ])('give what the web server refuses its own status', (thrown, status, code) => {
    const sent = answer(thrown);
    expect([sent.status, sent.body['code']]).toEqual([status, code]);
  });
});

it('the answer to a body that is too large says how much is taken, and what to do', () => {
  const sent: Record<string, unknown>[] = [];
  const response = { status: () => response, json: (body: Record<string, unknown>) => sent.push(body) };
  const http = { getResponse: () => response, getRequest: () => ({ path: '/resultsdb/api/v2.0/results' }) };
  const host = { getType: () => 'http', switchToHttp: () => http } as unknown as ArgumentsHost;
  const thrown = Object.assign(new Error('request entity too large'), { status: 413, limit: 1024 });
  new ProblemFilter(pino({ level: 'silent' })).catch(thrown, host);
  const message = 'The body has more than the 1024 bytes that are taken';
  expect(sent).toMatchObject([{ code: 'body-too-large', message, remedy: 'send less at once' }]);
});

describe('problems over the bus', () => {
  it('are the error itself, so that the transport can weigh it', async () => {
    const filter = new ProblemFilter(pino({ level: 'silent' }));
    const fault = new AppError({ code: 'c', kind: 'conflict', message: 'x' });
    const failed = filter.catch(fault, { getType: () => 'rpc' } as unknown as ArgumentsHost) as Observable<never>;
    await expect(lastValueFrom(failed)).rejects.toBe(fault);
  });
});
