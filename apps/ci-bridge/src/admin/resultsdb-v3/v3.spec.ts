import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openTestStore, type TestStore } from '@millrace/testing';
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { config } from '../../config';
import type { Input } from '../../domain/input';
import { machine } from '../../machine';
import { migrations } from '../../store/migrations';
import type { BridgeTables } from '../../store/tables';
import type { Access } from '../access';
import { resultsDbController } from '../resultsdb/controller';
import { artifacts } from './artifacts';
import { resultsDbV3Controller } from './controller';

let store: TestStore<BridgeTables, Input>;
let nest: INestApplication | null = null;
let base: string;

const known = { good: { name: 'ada', role: 'maintainer' }, reads: { name: 'bob', role: 'read' } } as const;
const whose = (token: string | null) => (token === 'good' || token === 'reads' ? known[token] : null);

beforeEach(async () => {
  store = await openTestStore(machine, migrations);
});
afterEach(async () => {
  await nest?.close();
  await store.dispose();
});

async function serve(access: Partial<Access> = {}): Promise<void> {
  const take = (input: Input, meta: { readonly id: string }): Promise<unknown> => store.take(input, meta.id);
  const { outcomes } = config.parse({});
  const parts = { read: store.read, take, outcomes, access: { whose, onLoopback: true, permissions: null, ...access } };
  class TestModule {}
  Module({ controllers: [resultsDbController(parts), resultsDbV3Controller(parts)] })(TestModule);
  nest = await NestFactory.create(TestModule, { logger: false });
  await nest.listen(0, '127.0.0.1');
  base = `http://127.0.0.1:${((nest.getHttpServer() as Server).address() as AddressInfo).port}/resultsdb/api`;
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, never> & { readonly data: Record<string, readonly string[]> };
}

async function post(path: string, body: unknown, token: string | null = 'good', key?: string): Promise<Answer> {
  const response = await fetch(base + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

const build = artifacts[0]!.example;

it.each(artifacts)('takes the example of $type, and has a schema for it', async ({ type, example, model }) => {
  await serve();
  const { status, body } = await post(`/v3/results/${type}s`, example);
  expect(status).toBe(201);
  expect(body).toMatchObject({
    id: 1,
    outcome: 'PASSED',
    testcase: { name: 'testcase1', ref_url: null, href: `${base}/v2.0/testcases/testcase1` },
    href: `${base}/v2.0/results/1`,
    data: { type: [type], username: ['ada'], ci_name: ['ci1'], ci_docs: ['https://test.example.com/docs'] },
  });
  const schema = (await (await fetch(`${base}/v3/schemas/${type}s`)).json()) as Record<string, never>;
  expect(schema).toMatchObject({ title: model, properties: { testcase: {}, scenario: {} } });
  expect(schema['required']).toEqual(expect.arrayContaining(['testcase', 'outcome', 'ci_email']));
  expect(await (await fetch(`${base}/v3/`)).text()).toContain(`POST /api/v3/results/${type}s`);
});

it('names composes by place and by id, and marks scratch builds', async () => {
  await serve();
  const compose = { ...artifacts[1]!.example, system_variant: 'Server', system_architecture: 'x86_64' };
  expect((await post('/v3/results/productmd-composes', compose)).body.data['item']).toEqual([
    'RHEL-8.8.0-20221129.0/Server/x86_64',
    'RHEL-8.8.0-20221129.0',
  ]);
  const bare = await post('/v3/results/productmd-composes', artifacts[1]!.example);
  expect(bare.body.data['item']![0]).toBe('RHEL-8.8.0-20221129.0/unknown/');
  expect((await post('/v3/results/brew-builds', { ...build, scratch: true })).body.data['type']).toEqual([
    'brew-build_scratch',
  ]);
});

it.each([
  [{ ...build, outcome: 'passed' }, ['outcome'], 'value_error', 'must be one of: PASSED, INFO'],
  [{ ...build, outcome: undefined }, ['outcome'], 'missing', 'Field required'],
  [{ ...build, testcase: '' }, ['testcase'], 'string_too_short', 'at least 1 character'],
  [{ ...build, ci_docs: 'here' }, ['ci_docs'], 'url_parsing', 'valid URL'],
  [{ ...build, ci_email: 'me' }, ['ci_email'], 'value_error', 'email'],
  [{ ...build, brew_task_id: 'x' }, ['brew_task_id'], 'int_parsing', 'valid integer'],
  [{ ...build, note: 'x'.repeat(8193) }, ['note'], 'string_too_long', 'at most 8192 characters'],
  [{ ...build, error_reason: 'why' }, [], 'value_error', 'only set for ERROR outcome'],
  [[], [], 'model_type', 'valid dictionary or instance of BrewResultParams'],
])('refuses %#', async (body, loc, type, msg) => {
  await serve();
  const answer = await post('/v3/results/brew-builds', body);
  expect(answer.status).toBe(400);
  expect(answer.body['validation_error']).toMatchObject([{ loc, type, msg: expect.stringContaining(msg) as string }]);
  expect(await store.read.results.count({})).toBe(0);
});

it('needs a token, and a permission for the test case', async () => {
  const permissions = [{ users: ['ada'], groups: [], testcases: ['testcase1*'] }];
  await serve({ permissions });
  expect((await post('/v3/results/brew-builds', build, null)).status).toBe(401);
  expect((await post('/v3/results/brew-builds', build, 'stolen')).status).toBe(401);
  expect((await post('/v3/results/brew-builds', build, 'reads')).status).toBe(403);
  expect((await post('/v3/results/brew-builds', build)).status).toBe(201);
  expect(await post('/v3/results/brew-builds', { ...build, testcase: 'other' })).toEqual({
    status: 403,
    body: { message: '403 Forbidden: User ada is not authorized to submit results for the test case other' },
  });
  expect(await (await fetch(`${base}/v3/permissions?testcase=testcase12`)).json()).toEqual(permissions);
  expect(await (await fetch(`${base}/v3/permissions?testcase=x`)).json()).toEqual([]);
});

it('takes results of anything from those who may', async () => {
  const generic = { testcase: { name: 'test1' }, outcome: 'PASSED' };
  await serve({ permissions: [{ users: [], groups: ['maintainer'], testcases: ['ANY-DATA:test1'] }] });
  expect((await post('/v3/results', generic)).status).toBe(201);
  expect((await post('/v3/results', { ...generic, testcase: 'test2' })).status).toBe(403);
  expect((await post('/v3/results/unknown-things', generic)).status).toBe(404);
});

it('gives one result for one Idempotency-Key', async () => {
  await serve();
  const [first, second] = [
    await post('/v3/results/brew-builds', build, 'good', 'k'),
    await post('/v3/results/brew-builds', build, 'good', 'k'),
  ];
  expect(second).toEqual(first);
});

it('lets nobody post by API v2.0 without a token off loopback', async () => {
  await serve({ onLoopback: false });
  const result = { outcome: 'PASSED', testcase: 't' };
  for (const [path, body] of [
    ['/v2.0/results', result],
    ['/v2.0/groups', {}],
    ['/v2.0/testcases', { name: 't' }],
  ] as const) {
    expect([path, (await post(path, body, null)).status]).toEqual([path, 401]);
    expect([path, (await post(path, body, 'stolen')).status]).toEqual([path, 401]);
    expect([path, (await post(path, body)).status]).toEqual([path, 201]);
  }
  expect((await fetch(`${base}/v2.0/results`)).status).toBe(200);
});
