import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sha256 } from '@millrace/kernel';
import { startService, type RunningService } from '@millrace/service';
import { freePort, startTestNats, type TestNats } from '@millrace/testing';
import { definition } from '../wiring';

const secret = 'a-good-long-secret';
let dir: string;
let nats: TestNats;
let service: RunningService;
let farm: Server;
let farmAnswers: (url: string) => unknown = () => ({});

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-intake-'));
  nats = await startTestNats();
  farm = createServer((request, response) => response.end(JSON.stringify(farmAnswers(request.url!))));
  await new Promise<void>((resolve) => farm.listen(0, '127.0.0.1', resolve));
  const api = `http://127.0.0.1:${(farm.address() as AddressInfo).port}/v0.1`;
  await mkdir(join(dir, 'secrets'));
  const ada = { name: 'ada', role: 'releng', sha256: sha256('mr_test'), created_at: '', revoked_at: null };
  await writeFile(join(dir, 'secrets', 'tokens.json'), JSON.stringify({ tokens: [ada] }));
  await writeFile(join(dir, 'secret'), `${secret}\n`);
  const secret_file = join(dir, 'secret');
  const webhooks = {
    hub: { kind: 'github-actions', secret_file },
    jenkins: { kind: 'jenkins', secret_file },
    events: { kind: 'cdevents', secret_file },
    farm: { kind: 'testing-farm', secret_file, api },
    own: {
      kind: 'generic',
      secret_file,
      mapping_file: join(__dirname, 'generic/fixtures/mapping.yaml'),
      proof: 'signature',
    },
  };
  await writeFile(join(dir, 'millrace.yaml'), JSON.stringify({ 'ci-bridge': { webhooks } }));
  service = await startService(definition, {
    MILLRACE_CONFIG: join(dir, 'millrace.yaml'),
    MILLRACE_DATA: dir,
    MILLRACE_NATS_URL: nats.url,
    MILLRACE_PORT: String(await freePort()),
    MILLRACE_LOG_LEVEL: 'error',
  });
});
afterAll(async () => {
  await (service as RunningService | undefined)?.stop();
  farm.close();
  await nats.stop();
  await rm(dir, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly body: {
    readonly results: readonly { readonly id: number; readonly outcome: string }[];
    readonly message: string;
    readonly quarantine: string;
    readonly ignored: string;
    readonly data: readonly { readonly testcase: { readonly name: string } }[];
    readonly deadLetters: readonly { readonly id: string; readonly reason: string; readonly origin: string }[];
  };
}

async function call(path: string, text: string | null, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${service.port}${path}`, {
    method: text === null ? 'GET' : 'POST',
    headers: { ...(text === null ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(text === null ? {} : { body: text }),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

function fixture(path: string): { readonly body: Record<string, unknown> } {
  return JSON.parse(readFileSync(join(__dirname, path), 'utf8')) as { readonly body: Record<string, unknown> };
}

function signed(text: string): Record<string, string> {
  return { 'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(text).digest('hex')}` };
}

async function count(): Promise<number> {
  return (await call('/resultsdb/api/v2.0/results?limit=1000', null)).body.data.length;
}

const run = JSON.stringify(fixture('github-actions/fixtures/workflow-run-completed.json').body);
const github = { 'x-github-event': 'workflow_run' };

it('takes a signed webhook once, however often it is delivered', async () => {
  const first = await call('/webhooks/hub', run, { ...github, ...signed(run), 'x-github-delivery': 'one' });
  expect(first).toMatchObject({ status: 201, body: { results: [{ id: 1, outcome: 'PASSED' }] } });
  const again = await call('/webhooks/hub', run, { ...github, ...signed(run), 'x-github-delivery': 'two' });
  expect(again).toEqual(first);
  // The same run, told in other bytes.
  const spaced = JSON.stringify(JSON.parse(run), null, 2);
  expect((await call('/webhooks/hub', spaced, { ...github, ...signed(spaced) })).body.results).toMatchObject([
    { id: 1 },
  ]);
  expect(await count()).toBe(1);
});

it.each([
  ['a missing signature', {}],
  ['a wrong signature', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }],
  ['the signature of another body', signed('{}')],
  ['the secret itself, where a signature is wanted', { authorization: `Bearer ${secret}`, 'x-token': secret }],
])('refuses %s', async (_, headers) => {
  const before = await count();
  const other = run.replace('289782451,', '289782452,');
  const answer = await call('/webhooks/hub', other, { ...github, ...headers });
  expect([answer.status, typeof answer.body.message]).toEqual([401, 'string']);
  expect(await count()).toBe(before);
});

it('takes tokens in headers, as bearer and in the address, and what the address is about', async () => {
  const { body } = fixture('jenkins/fixtures/generic.json');
  const text = (number: number): string => JSON.stringify({ ...body, number });
  const path = '/webhooks/jenkins';
  expect((await call(path, text(1), { 'x-jenkins-token': secret })).status).toBe(201);
  expect((await call(path, text(2), { authorization: `Bearer ${secret}` })).status).toBe(201);
  const asked = `${path}?token=${encodeURIComponent(secret)}&item=libmill-1-1&type=koji_build&testcase=ci.own.functional`;
  expect((await call(asked, text(3))).status).toBe(201);
  const found = await call('/resultsdb/api/v2.0/results?item=libmill-1-1', null);
  expect(found.body.data).toMatchObject([{ testcase: { name: 'ci.own.functional' } }]);
  expect((await call(`${path}?token=wrong`, text(4))).status).toBe(401);
});

it('asks Testing Farm for the request that its message names', async () => {
  const { body } = fixture('testing-farm/fixtures/complete.json');
  farmAnswers = (url) => (url === `/v0.1/requests/${String(body['id'])}` ? body : {});
  const message = JSON.stringify({ request_id: body['id'], token: secret });
  expect(await call('/webhooks/farm', message)).toMatchObject({
    status: 201,
    body: { results: [{ outcome: 'PASSED' }] },
  });
  expect((await call('/webhooks/farm', JSON.stringify({ request_id: body['id'], token: 'wrong' }))).status).toBe(401);
  expect((await call('/webhooks/farm', JSON.stringify({ request_id: '../x', token: secret }))).status).toBe(422);
});

it('reads any other system by a mapping, and leaves alone what is of no interest', async () => {
  const checks = JSON.stringify(fixture('generic/fixtures/checks.json').body);
  expect((await call('/webhooks/own', checks, signed(checks))).body.results).toHaveLength(2);
  const pending = JSON.stringify({ status: 'pending' });
  expect(await call('/webhooks/own', pending, signed(pending))).toMatchObject({ status: 202 });
});

describe('what cannot be mapped', () => {
  const bad = run.replace('"conclusion":"success"', '"conclusion":"splendid"');

  it('is answered, kept once with the reason, and stores nothing', async () => {
    const before = await count();
    const answer = await call('/webhooks/hub', bad, { ...github, ...signed(bad) });
    expect(answer.status).toBe(422);
    expect(answer.body.message).toContain('workflow_run.conclusion');
    await call('/webhooks/hub', bad, { ...github, ...signed(bad) });
    const { deadLetters } = (await call('/api/v1/dead-letters', null)).body;
    expect(deadLetters.filter(({ origin }) => origin === 'webhook/hub')).toMatchObject([
      { id: answer.body.quarantine, reason: answer.body.message },
    ]);
    expect(await count()).toBe(before);
  });

  it('is kept, too, when it is no JSON at all', async () => {
    const broken = `${bad}}`;
    expect((await call('/webhooks/hub', broken, { ...github, 'x-hub-signature-256': 'sha256=00' })).status).toBe(401);
    const { status, body } = await call('/webhooks/hub', broken, { ...github, ...signed(broken) });
    expect([status, body.message]).toEqual([400, expect.stringContaining('is no JSON object')]);
    const { deadLetters } = (await call('/api/v1/dead-letters', null)).body;
    expect(deadLetters.find(({ id }) => id === body.quarantine)).toMatchObject({ origin: 'webhook/hub' });
    const token = { authorization: 'Bearer mr_test' };
    expect((await call(`/admin/v1/dead-letters/${body.quarantine}/drop`, '{}', token)).status).toBe(200);
  });

  it('is refused again when it is replayed, and dropped when somebody says so', async () => {
    const { quarantine } = (await call('/webhooks/hub', bad, { ...github, ...signed(bad) })).body;
    const token = { authorization: 'Bearer mr_test' };
    const replayed = await call(`/admin/v1/dead-letters/${quarantine}/replay`, '{}', token);
    expect(replayed.status).toBeGreaterThanOrEqual(400);
    expect(replayed.body.message).toContain('workflow_run.conclusion');
    expect((await call(`/admin/v1/dead-letters/${quarantine}/drop`, '{}', token)).status).toBe(200);
    const { deadLetters } = (await call('/api/v1/dead-letters', null)).body;
    expect(deadLetters.map(({ id }) => id)).not.toContain(quarantine);
  });

  it('half a message is none: one bad check keeps the good one out, too', async () => {
    const before = await count();
    const { body } = fixture('generic/fixtures/checks.json');
    const checks = (body['checks'] as Record<string, unknown>[]).map((check, n) => ({ ...check, id: 90 + n }));
    const half = JSON.stringify({ ...body, checks: [checks[0], { ...checks[1], verdict: 'odd' }] });
    expect((await call('/webhooks/own', half, signed(half))).body.message).toContain("is 'ODD'");
    expect(await count()).toBe(before);
  });
});

it.each([
  ['/webhooks/nobody', '{}', 404],
  ['/webhooks/hub', '{', 400],
  ['/webhooks/hub', '"text"', 400],
  ['/webhooks/hub', JSON.stringify({ note: 'x'.repeat(1024 * 1024) }), 413],
  [
    '/resultsdb/api/v2.0/results',
    JSON.stringify({ outcome: 'PASSED', testcase: 't', note: 'x'.repeat(1024 * 1024) }),
    413,
  ],
  ['/resultsdb/api/v2.0/results', '{"outcome":', 400],
])('%s refuses %#', async (path, body, status) => {
  const before = await count();
  const answer = await call(path, body, { ...github, ...signed(body) });
  expect([answer.status, typeof answer.body.message]).toEqual([status, 'string']);
  expect(await count()).toBe(before);
});

const apis = [
  '/resultsdb/api/v2.0/results',
  '/resultsdb/api/v2.0/groups',
  '/resultsdb/api/v3/results/brew-builds',
  '/greenwave/api/v1.0/decision',
  '/greenwave/api/v1.0/validate-gating-yaml',
  '/waiverdb/api/v1.0/waivers/',
  '/waiverdb/api/v1.0/waivers/+filtered',
  '/webhooks/hub',
];
const overLimit = `{"note": "${'x'.repeat(1024 * 1024)}`;

it.each(apis)('%s measures a body before it reads it: too large, broken or not', async (path) => {
  const chunks = (): ReadableStream<Uint8Array> => new Blob([overLimit]).stream() as ReadableStream<Uint8Array>;
  const at = `http://127.0.0.1:${service.port}${path}`;
  for (const type of ['application/json', 'text/plain']) {
    const headers = { 'content-type': type };
    const init = { method: 'POST', headers, duplex: 'half' as const };
    for (const body of [overLimit, chunks(), Buffer.from(overLimit)]) {
      const response = await fetch(at, { ...init, body });
      const { message } = (await response.json()) as { readonly message: string };
      expect([response.status, message]).toEqual([413, 'The body has more than the 1048576 bytes that are taken']);
    }
    const packed = { ...headers, 'content-encoding': 'gzip' };
    expect((await fetch(at, { ...init, headers: packed, body: gzipSync(overLimit) })).status).toBe(413);
  }
});

it("says 'Bad request' in ResultsDB's words to what is no JSON", async () => {
  expect((await call('/resultsdb/api/v2.0/results', '{"outcome":')).body).toEqual({ message: 'Bad request' });
});

it('takes files from named tokens, once each', async () => {
  const content = readFileSync(join(__dirname, 'junit/fixtures/pytest.xml'), 'utf8');
  const file = { format: 'junit', content, item: 'libfile-1-1' };
  const post = (body: object, token = 'mr_test'): Promise<Answer> =>
    call('/admin/v1/results', JSON.stringify(body), { authorization: `Bearer ${token}` });
  expect((await post(file, 'stolen')).status).toBe(401);
  const first = await post(file);
  expect(first.body.results.map(({ outcome }) => outcome)).toEqual(['PASSED', 'FAILED', 'ERROR', 'NOT_APPLICABLE']);
  expect(await post(file)).toEqual(first);
  const whole = await post({ ...file, testcase: 'ci.unit.functional' });
  expect(whole.body.results).toMatchObject([{ outcome: 'FAILED', testcase: 'ci.unit.functional' }]);
  expect((await post({ ...file, content: 'x'.repeat(1024 * 1024 + 1) })).status).toBe(413);
  const whole8 = await call('/admin/v1/results', overLimit, { authorization: 'Bearer mr_test' });
  expect([whole8.status, whole8.body.message]).toEqual([413, expect.stringContaining('1048576 bytes')]);
  const broken = await post({ ...file, content: '<html/>' });
  expect([broken.status >= 400, broken.body.message]).toEqual([true, expect.stringContaining('testsuites')]);
  expect((await call('/resultsdb/api/v2.0/results?item=libfile-1-1', null)).body.data).toHaveLength(5);
  const { deadLetters } = (await call('/api/v1/dead-letters', null)).body;
  expect(deadLetters.filter(({ origin }) => origin === 'file/junit')).toHaveLength(1);
});

it('tells how late the messages of each source are', async () => {
  const text = await (await fetch(`http://127.0.0.1:${service.port}/metrics`)).text();
  expect(text).toMatch(/millrace_source_lag_seconds\{[^}]*source="webhook\/hub"[^}]*\} \d/);
});

it.each([
  [{ hub: { kind: 'nothing', secret_file: '/x' } }, 'webhooks.hub.kind'],
  [{ hub: { kind: 'jenkins', secret_file: '/does/not/exist' } }, 'secret_file cannot be read'],
  [{ 'No Name': { kind: 'jenkins', secret_file: '/x' } }, 'webhooks.No Name'],
])('does not start with webhooks like %j', async (webhooks, problem) => {
  const other = await mkdtemp(join(tmpdir(), 'millrace-intake-bad-'));
  await writeFile(join(other, 'millrace.yaml'), JSON.stringify({ 'ci-bridge': { webhooks } }));
  const env = { MILLRACE_CONFIG: join(other, 'millrace.yaml'), MILLRACE_DATA: other, MILLRACE_NATS_URL: nats.url };
  await expect(startService(definition, { ...env, MILLRACE_PORT: String(await freePort()) })).rejects.toThrow(problem);
  await rm(other, { recursive: true });
});

it('of a system without a way of its own takes a signature or the secret', async () => {
  const event = readFileSync(join(__dirname, 'cdevents/fixtures/testcaserun-finished.json'), 'utf8');
  const text = JSON.stringify((JSON.parse(event) as { readonly body: unknown }).body);
  for (const proof of [signed(text), { authorization: `Bearer ${secret}` }]) {
    expect((await call('/webhooks/events', text, proof)).status).toBe(201);
  }
  expect((await call('/webhooks/events', text, { authorization: 'Bearer wrong' })).status).toBe(401);
});
