import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askOver } from '@millrace/bus';
import { composeFinished, composeWanted, doors, rebuildWanted } from '@millrace/contracts';
import {
  eventually,
  freePort,
  ledger,
  ledgerMigrations,
  startTestNats,
  type LedgerInput,
  type TestNats,
} from '@millrace/testing';
import { connect, type NatsConnection } from 'nats';
import { z } from 'zod';
import { answer, hear, obey, startService, type RunningService, type ServiceDefinition } from './index';
import type { ledgerTables } from '@millrace/testing';

type Definition = ServiceDefinition<typeof ledgerTables, LedgerInput, { greeting: string }>;

/** The ledger as a service: a compose that is wanted opens an account of that name and adds to it. */
const definition: Definition = {
  app: 'harvester',
  machine: ledger,
  migrations: ledgerMigrations,
  hears: [hear(composeWanted, ({ data }) => ({ type: 'add', account: data.release, amount: 1, tell: true }))],
  says: [rebuildWanted, composeFinished],
  config: z.object({ greeting: z.string().default('hello') }),
  setUp: async ({ read }) => ({
    doors: [
      obey(doors.harvester.composeMake, ({ release }): LedgerInput => ({ type: 'open', account: release })),
      answer(doors.harvester.composes, async ({ release }) => {
        const account = await read.accounts.get(release ?? '');
        const one = {
          compose: `balance-${account?.balance}`,
          release: release!,
          state: 'finished' as const,
          because: 'x'.repeat(700_000),
          by: '',
          path: null,
          packages: 0,
          sources: 0,
          images: 0,
          missing: [],
          problem: null,
          at: '',
          finishedAt: null,
        };
        return { composes: account ? [one] : [] };
      }),
    ],
    works: [],
  }),
};

describe('a service', () => {
  let nats: TestNats;
  let dir: string;
  let service: RunningService;
  let client: NatsConnection;
  let env: Record<string, string>;
  const token = 'mr_test';
  const url = (path: string): string => `http://127.0.0.1:${service.port}${path}`;
  const get = async (path: string, headers = {}): Promise<{ status: number; body: Record<string, never> }> => {
    const response = await fetch(url(path), { headers });
    return { status: response.status, body: (await response.json()) as Record<string, never> };
  };
  const post = async (
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await fetch(url(path), {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', ...headers },
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const bearer = { Authorization: `Bearer ${token}` };
  const event = (id: string, release: string): string =>
    JSON.stringify({
      specversion: '1.0',
      id,
      source: 'guest',
      type: 'millrace.inlet.compose.wanted.v1',
      time: '2026-01-31T09:30:00Z',
      data: { release, reporter: 'me', reason: 'test' },
    });
  const subject = 'millrace.inlet.compose.wanted.v1.toy.-';

  beforeAll(async () => {
    nats = await startTestNats();
    dir = mkdtempSync(join(tmpdir(), 'millrace-service-'));
    const entry = (name: string, role: string, text: string, revoked: string | null = null) => ({
      name,
      role,
      sha256: createHash('sha256').update(text).digest('hex'),
      created_at: '',
      revoked_at: revoked,
    });
    writeFileSync(
      join(dir, 'tokens.json'),
      JSON.stringify({
        tokens: [
          entry('ada', 'releng', token),
          entry('bob', 'read', 'mr_weak'),
          entry('eve', 'admin', 'mr_old', '2026-01-01'),
        ],
      }),
    );
    env = {
      MILLRACE_DATA: dir,
      MILLRACE_NATS_URL: nats.url,
      MILLRACE_HARVESTER_PORT: '0',
      MILLRACE_TOKENS_FILE: join(dir, 'tokens.json'),
      MILLRACE_LOG_LEVEL: 'error',
    };
    service = await startService(definition, env);
    client = await connect({ servers: nats.url });
  });
  afterAll(async () => {
    await client.close();
    await service.stop();
    await nats.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('is healthy and ready, measures itself and describes its doors', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200, body: { status: 'ok', app: 'harvester' } });
    expect(await get('/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
    expect((await get('/openapi.json')).body).toMatchObject({ openapi: '3.1.0' });
    expect(await (await fetch(url('/metrics'))).text()).toContain('millrace_outbox_waiting');
  });

  it('lets nobody act without a token, with a weak one or with a revoked one', async () => {
    expect(await post('/admin/v1/composes', { release: 'toy' })).toMatchObject({
      status: 401,
      body: { code: 'token-needed' },
    });
    expect(await post('/admin/v1/composes', { release: 'toy' }, { Authorization: 'Bearer mr_weak' })).toMatchObject({
      status: 403,
      body: { code: 'role-insufficient' },
    });
    expect(await post('/admin/v1/composes', { release: 'toy' }, { Authorization: 'Bearer mr_old' })).toMatchObject({
      status: 401,
    });
  });

  it('refuses other host names and origins on loopback', async () => {
    expect(await get('/healthz', { Origin: 'https://evil.example' })).toMatchObject({
      status: 403,
      body: { code: 'host-refused' },
    });
  });

  it('answers wrong requests with problems that name the place and the remedy', async () => {
    expect(await post('/admin/v1/composes', { release: '!' }, bearer)).toMatchObject({
      status: 422,
      body: { code: 'request-malformed', remedy: expect.stringContaining('openapi') as unknown },
    });
    expect((await post('/admin/v1/composes', { release: '!' }, bearer)).body['detail']).toContain('release');
    expect(await get('/nowhere')).toMatchObject({ status: 404, body: { code: 'route-unknown' } });
    const huge = await post('/admin/v1/composes', { release: 'x'.repeat(9_000_000) }, bearer);
    expect(huge).toMatchObject({ status: 413, body: { code: 'body-too-large' } });
  });

  it('decides commands once per idempotency key; a refusal is a problem', async () => {
    const key = { ...bearer, 'Idempotency-Key': 'k1' };
    // The ledger's reply is not of this door's form: what matters here is that it is decided, once.
    await post('/admin/v1/composes', { release: 'toy' }, key);
    const again = await post('/admin/v1/composes', { release: 'toy' }, { ...bearer, 'Idempotency-Key': 'k2' });
    expect(again).toMatchObject({ status: 409, body: { code: 'account-open', remedy: 'use it' } });
  });

  it('hears an event once however often it comes, and publishes what it decided', async () => {
    const js = client.jetstream();
    await js.publish(subject, event('e1', 'toy'));
    await js.publish(subject, event('e1', 'toy'));
    await js.publish(subject, event('e2', 'toy'));
    await eventually(
      async () => (await get('/api/v1/composes?release=toy')).body['composes']?.['0']?.['compose'] === 'balance-2',
      'two events were counted',
    );
    const consumer = await js.consumers.get('MILLRACE_HARVESTER');
    const seen: string[] = [];
    for await (const message of await consumer.fetch({ max_messages: 2, expires: 3000 })) seen.push(message.subject);
    expect(seen).toEqual([
      'millrace.harvester.rebuild.wanted.v1.toy.rpm',
      'millrace.harvester.rebuild.wanted.v1.toy.rpm',
    ]);
  });

  it('buries a malformed message with its reason, and replays or drops it on request', async () => {
    const js = client.jetstream();
    await js.publish(subject, 'no json');
    await js.publish(subject, event('e3', 'bad release name!'));
    const list = async (): Promise<{ id: string; reason: string }[]> =>
      (await get('/api/v1/dead-letters')).body['deadLetters'] ?? [];
    await eventually(async () => (await list()).length === 2, 'both are dead letters');
    const letters = await list();
    expect(letters.some((l) => l.reason.includes('no JSON'))).toBe(true);
    const bad = letters.find((l) => l.reason.includes('data.release'))!;
    expect(await post(`/admin/v1/dead-letters/${bad.id}/replay`, {}, bearer)).toMatchObject({ status: 422 });
    expect(await post(`/admin/v1/dead-letters/${bad.id}/drop`, { why: 'mine' }, bearer)).toMatchObject({
      status: 200,
      body: { done: true },
    });
    expect(await list()).toHaveLength(1);
  });

  it('is a NATS service: it can be discovered and asked, big answers included', async () => {
    const info = (await client.request('$SRV.INFO.harvester', '', { timeout: 2000 })).json<{
      endpoints: { subject: string }[];
    }>();
    expect(info.endpoints.map((e) => e.subject)).toContain('millrace.harvester.ask.composes.v1');
    const status = await client.request('millrace.harvester.ask.status.v1', '', { timeout: 2000 });
    expect(status.json()).toMatchObject({ app: 'harvester' });
    const answered = await askOver(client, doors.harvester.composes, { release: 'toy' });
    expect(answered.composes[0]!.because).toHaveLength(700_000);
    await expect(askOver(client, doors.harvester.composeMake, { release: 'toy' })).rejects.toMatchObject({
      code: 'token-needed',
    });
    await expect(askOver(client, doors.harvester.composeMake, { release: 'toy' }, token)).rejects.toMatchObject({
      code: 'account-open',
    });
    await expect(askOver(client, doors.resolver.graph, { release: 'toy' })).rejects.toMatchObject({
      code: 'service-away',
      kind: 'unavailable',
    });
  });

  it('refuses to start twice on one data folder, or on a taken port, and says what to do', async () => {
    await expect(startService(definition, env)).rejects.toMatchObject({ code: 'already-running' });
    const other = {
      ...env,
      MILLRACE_DATA: mkdtempSync(join(tmpdir(), 'millrace-service-')),
      MILLRACE_HARVESTER_PORT: String(service.port),
    };
    await expect(startService(definition, other)).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(String(service.port)) as unknown,
    });
  });

  it('lists every wrong setting at once', async () => {
    const wrong = { ...env, MILLRACE_PORT_BASE: '70000', MILLRACE_LOG_LEVEL: 'loud', MILLRACE_HARVESTER_GREETING: '5' };
    const message = await startService(definition, wrong).then(
      () => '',
      (e: Error) => e.message,
    );
    for (const part of ['port_base', 'log_level', 'greeting']) expect(message).toContain(part);
  });

  it('says clearly when NATS is away, or has no JetStream', async () => {
    const plain = await startTestNats(false);
    const elsewhere = { ...env, MILLRACE_DATA: mkdtempSync(join(tmpdir(), 'millrace-service-')) };
    await expect(startService(definition, { ...elsewhere, MILLRACE_NATS_URL: plain.url })).rejects.toMatchObject({
      code: 'jetstream-missing',
    });
    await plain.stop();
    await expect(
      startService(definition, { ...elsewhere, MILLRACE_NATS_URL: `nats://127.0.0.1:${await freePort()}` }),
    ).rejects.toMatchObject({ code: 'bus-unreachable' });
  });

  it('goes on after the bus died and forgot everything: events are sent again, and heard once', async () => {
    await nats.restart(true);
    const js = client.jetstream();
    await eventually(
      async () => {
        const manager = await client.jetstreamManager({ checkAPI: false });
        const streams = await manager.streams.info('MILLRACE_HARVESTER').catch(() => null);
        return (streams?.state.messages ?? 0) >= 2;
      },
      'the kept events are on the new stream',
      45_000,
    );
    await eventually(
      async () =>
        js.publish(subject, event('e1', 'toy')).then(
          () => true,
          () => false,
        ),
      'the inlet is there again',
      20_000,
    );
    await js.publish(subject, event('e9', 'toy'));
    await eventually(
      async () => (await get('/api/v1/composes?release=toy')).body['composes']?.['0']?.['compose'] === 'balance-3',
      'only the new event counted',
      20_000,
    );
  }, 90_000);

  it('stops cleanly although the bus is away, and takes up its folder again', async () => {
    await nats.kill();
    expect(await get('/readyz')).toMatchObject({ status: 503, body: { status: 'not ready' } });
    expect(await get('/healthz')).toMatchObject({ status: 200 });
    await service.stop();
    await expect(get('/healthz')).rejects.toThrow();
    await nats.restart();
    service = await startService(definition, env);
    expect((await get('/api/v1/composes?release=toy')).body['composes']?.['0']?.['compose']).toBe('balance-3');
  }, 60_000);
});
