import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { openTestStore, testEngines, type TestStore } from '@millrace/testing';
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { config } from '../../config';
import type { Input } from '../../domain/input';
import { machine } from '../../machine';
import { migrations } from '../../store/migrations';
import type { BridgeTables } from '../../store/tables';
import { defined, nvr, wanted } from '../../domain/test-bridge';
import { resultsDbController } from './controller';
import type { Answer, Shown } from './test-answer';

describe.each(testEngines)("ResultsDB's API on %s", (kind) => {
  let store: TestStore<BridgeTables, Input>;
  let nest: INestApplication;
  let base: string;

  beforeEach(async () => {
    store = await openTestStore(machine, migrations, kind);
    const take = (input: Input, meta: { readonly id: string }): Promise<unknown> => store.take(input, meta.id);
    const access = { whose: () => null, onLoopback: true, permissions: null };
    const controller = resultsDbController({ read: store.read, take, outcomes: config.parse({}).outcomes, access });
    class TestModule {}
    Module({ controllers: [controller] })(TestModule);
    nest = await NestFactory.create(TestModule, { logger: false });
    await nest.listen(0, '127.0.0.1');
    const { port } = (nest.getHttpServer() as Server).address() as AddressInfo;
    base = `http://127.0.0.1:${port}/resultsdb/api/v2.0`;
  });
  afterEach(async () => {
    await nest.close();
    await store.dispose();
  });

  async function get(path: string): Promise<Answer> {
    const response = await fetch(path.startsWith('http') ? path : base + path);
    return { status: response.status, body: (await response.json()) as Shown };
  }

  async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Shown };
  }

  const testcase = 'fedora-ci.koji-build./plans/basic.functional';
  const group = '3ce5f6d7-ce34-489b-ab61-325ce634eab5';

  function result(changes: object = {}): object {
    const data = { item: 'perl-Specio-0.25-1.fc26', type: 'koji_build', moo: ['boo', 'woof'], scratch: false, n: 1 };
    return {
      outcome: 'PASSED',
      testcase,
      groups: [group],
      note: 'a note',
      ref_url: 'https://ci.example.org',
      data,
      ...changes,
    };
  }

  const ids = ({ body }: Answer): readonly number[] => body.data.map(({ id }) => id);

  describe('results', () => {
    it('are shown as they were posted, each value a list of texts', async () => {
      const posted = await post(
        '/results',
        result({ outcome: ' passed ', submit_time: '2022-08-24T06:54:57.123456+02:00' }),
      );
      expect(posted.status).toBe(201);
      expect(posted.body).toEqual({
        id: 1,
        testcase: { name: testcase, ref_url: null, href: `${base}/testcases/${testcase}` },
        outcome: 'PASSED',
        note: 'a note',
        ref_url: 'https://ci.example.org',
        submit_time: '2022-08-24T04:54:57.123456',
        groups: [group],
        data: {
          item: ['perl-Specio-0.25-1.fc26'],
          type: ['koji_build'],
          moo: ['boo', 'woof'],
          scratch: ['False'],
          n: ['1'],
        },
        href: `${base}/results/1`,
      });
      expect((await get('/results/1')).body).toEqual(posted.body);
      expect((await get('/results')).body.data).toEqual([posted.body]);
    });

    it.each([1661324097123, '1661324097123'])('take %p milliseconds as a time', async (submit_time) => {
      const { body } = await post('/results', result({ submit_time }));
      expect(body.submit_time).toBe('2022-08-24T06:54:57.123000');
    });

    it.each(['', 'Z', '+00:00', '+0000', '+00'])('take times that end with %j', async (zone) => {
      const { body } = await post('/results', result({ submit_time: `2022-08-24T06:54:57.123456${zone}` }));
      expect(body.submit_time).toBe('2022-08-24T06:54:57.123456');
    });

    it('need no groups, and take them as they are shown', async () => {
      expect(await post('/results', result({ groups: null, data: null, note: null, ref_url: null }))).toMatchObject({
        status: 201,
        body: { groups: [], data: {} },
      });
      const shown = (await post('/groups', { uuid: group, description: 'G' })).body;
      const { body } = await post('/results', result({ groups: [shown, 'other'] }));
      expect([...body.groups].sort()).toEqual([group, 'other'].sort());
    });

    it('make their test case and groups, and count', async () => {
      await post(
        '/results',
        result({
          testcase: { name: testcase, ref_url: 'https://tc' },
          groups: [{ uuid: group, description: 'G' }, 'other'],
        }),
      );
      await post('/results', result());
      expect((await get(`/groups/${group}`)).body).toEqual({
        uuid: group,
        description: 'G',
        ref_url: null,
        results: `${base}/results?groups=${group}`,
        results_count: 2,
        href: `${base}/groups/${group}`,
      });
      expect((await get(`/testcases/${testcase}`)).body).toMatchObject({ ref_url: 'https://tc' });
      expect(ids(await get(`/groups/${group}/results`))).toEqual([2, 1]);
      expect(ids(await get(`/testcases/${testcase}/results`))).toEqual([2, 1]);
      expect(ids(await get('/results?groups=other'))).toEqual([1]);
    });

    it('with one Idempotency-Key are one', async () => {
      const headers = { 'idempotency-key': 'run-1' };
      const [first, second] = [await post('/results', result(), headers), await post('/results', result(), headers)];
      expect(second).toEqual(first);
      expect((await get('/results')).body.data).toHaveLength(1);
    });

    it('decide gates', async () => {
      await store.take(defined());
      await store.take(wanted());
      for (const name of ['ci.install.functional', 'ci.run.functional']) {
        await post(
          '/results',
          result({ testcase: name, data: { item: nvr, type: 'koji_build', brew_task_id: 'b-2' } }),
        );
      }
      expect((await store.read.verdicts.where({}))[0]!.answer.decision).toBe('passed');
    });

    it('are paged, with links', async () => {
      for (let n = 0; n < 5; n++) await post('/results', result());
      const first = await get('/results?limit=2');
      expect(ids(first)).toEqual([5, 4]);
      expect(first.body.prev).toBeNull();
      expect(first.body.next).toBe(`${base}/results?limit=2&page=1`);
      const second = await get(first.body.next!);
      expect(ids(second)).toEqual([3, 2]);
      expect(second.body.prev).toBe(`${base}/results?limit=2&page=0`);
      const last = await get(second.body.next!);
      expect([ids(last), last.body.next]).toEqual([[1], null]);
      expect(ids(await get('/results?_sort=asc:submit_time'))).toEqual([1, 2, 3, 4, 5]);
      expect((await get('/results?limit=5')).body.next).toBeNull();
    });
  });

  describe('filters', () => {
    beforeEach(async () => {
      await post('/results', result({ submit_time: '2026-01-01T10:00:00' }));
      await post('/results', result({ testcase: 'other.test', outcome: 'FAILED', submit_time: '2026-01-02T10:00:00' }));
      await post(
        '/results',
        result({ data: { item: 'a-1-1', type: 'brew-build' }, submit_time: '2026-01-03T10:00:00' }),
      );
    });

    it.each([
      ['item=perl-Specio-0.25-1.fc26', [2, 1]],
      ['item=perl-Specio-0.25-1.fc26&moo=boo,fake', [2, 1]],
      ['item=perl-Specio-0.25-1.fc26&moo=fake', []],
      ['item=a-1-1&item=perl-Specio-0.25-1.fc26', [3, 2, 1]],
      ['type=koji_build,brew-build&item=a-1-1', [3]],
      ['type=koji_build&moo=woof', [2, 1]],
      ['moo:like=*oo*', [2, 1]],
      ['moo:like=*fake*,*oof', [2, 1]],
      ['item:like=a-*', [3]],
      ['outcome=failed', [2]],
      ['outcome=passed,FAILED', [3, 2, 1]],
      ['testcases=other.test', [2]],
      [`testcases=other.test,${testcase}&outcome=PASSED`, [3, 1]],
      ['testcases:like=other*,fedora*', [3, 2, 1]],
      ['testcases:like=*basic.*', [3, 1]],
      ['since=2026-01-02T10:00:00', [3, 2]],
      ['since=2026-01-02T12:00:00%2B02:00,2026-01-02T23:00:00', [2]],
      ['since=2026-01-01T00:00:00.000000,2026-01-01T23:00:00', [1]],
      ['constructor=x', []],
    ])('%s', async (query, found) => {
      expect(ids(await get(`/results?${query}`))).toEqual(found);
    });
  });

  describe('the latest results', () => {
    it('are the newest of each test case, among those that match', async () => {
      await post('/results', result());
      await post('/results', result({ outcome: 'FAILED' }));
      await post('/results', result({ testcase: 'tc.1' }));
      await post('/results', result({ testcase: 'tc.1', groups: ['another'], outcome: 'FAILED' }));
      expect(ids(await get('/results/latest'))).toEqual([4, 2]);
      expect(ids(await get('/results/latest?page=7&limit=1&outcome=PASSED'))).toEqual([4, 2]);
      expect(ids(await get('/results/latest?testcases:like=tc*'))).toEqual([4]);
      expect(ids(await get(`/results/latest?groups=${group}`))).toEqual([3, 2]);
      expect((await get('/results/latest')).body).not.toHaveProperty('next');
    });

    it('are distinct by the first values of keys, absent ones too', async () => {
      const one = (name: string, scenario?: string, outcome = 'PASSED'): Promise<Answer> =>
        post(
          '/results',
          result({ testcase: name, outcome, data: { item: 'grub', ...(scenario ? { scenario } : {}) } }),
        );
      await one('tc_1', 's_1');
      await one('tc_2', 's_1');
      await one('tc_2', 's_2');
      await one('tc_3');
      await one('tc_1', undefined, 'FAILED');
      await one('tc_1', 's_1', 'INFO');
      expect(ids(await get('/results/latest?item=grub&_distinct_on=scenario'))).toEqual([6, 5, 4, 3, 2]);
      expect(ids(await get('/results/latest?testcases=tc_2&_distinct_on=scenario,moo'))).toEqual([3, 2]);
      const bare = await get('/results/latest?_distinct_on=scenario');
      expect(bare).toEqual({
        status: 400,
        body: { message: "Please, provide at least one filter beside '_distinct_on'" },
      });
    });
  });

  describe('groups and test cases', () => {
    it('are made, changed and found, the newest group first', async () => {
      expect((await post('/groups', {})).body.uuid).toHaveLength(group.length);
      expect((await post('/groups', { uuid: '1', description: 'FooBar' })).status).toBe(201);
      await post('/groups', { uuid: '2', description: 'BarFoo' });
      expect((await post('/groups', { uuid: '1', ref_url: 'https://x' })).body).toMatchObject({
        description: 'FooBar',
      });
      const uuids = async (query: string): Promise<readonly string[]> =>
        (await get(`/groups?${query}`)).body.data.map(({ uuid }) => uuid);
      expect(await uuids('description=FooBar,BarFoo')).toEqual(['2', '1']);
      expect(await uuids('description:like=*oo*,*ar*')).toEqual(['2', '1']);
      expect(await uuids('uuid=1')).toEqual(['1']);
      expect(await uuids('limit=1')).toEqual(['2']);
    });

    it('test cases are listed by name', async () => {
      for (const name of ['b.x', 'a.x', 'c.y']) await post('/testcases', { name, ref_url: 'https://x' });
      const names = async (query: string): Promise<unknown> => (await get(`/testcases?${query}`)).body.data;
      expect(await names('name:like=*.x')).toMatchObject([{ name: 'a.x' }, { name: 'b.x' }]);
      expect(await names('name=c.y')).toEqual([{ name: 'c.y', ref_url: 'https://x', href: `${base}/testcases/c.y` }]);
    });
  });

  describe('the landing page and errors', () => {
    it('lists the outcomes with status 300', async () => {
      const { status, body } = await get('');
      expect(status).toBe(300);
      expect(body.outcomes.slice(0, 4)).toEqual(['PASSED', 'INFO', 'FAILED', 'NEEDS_INSPECTION']);
      expect((await get('/')).status).toBe(300);
      expect((await get('/healthcheck')).body).toEqual({ message: 'Health check OK' });
    });

    it.each([
      ['/results/99', 'Result not found'],
      ['/results/x', 'Result not found'],
      ['/groups/missing', 'Group not found'],
      ['/groups/missing/results', 'Group not found: missing'],
      ['/testcases/a/b', 'Testcase not found'],
      ['/testcases/a/b/results', 'Testcase not found'],
      ['/nothing/here', 'Not found'],
    ])('%s is not found', async (path, message) => {
      expect(await get(path)).toEqual({ status: 404, body: { message } });
    });

    it.each([
      ['/results', { testcase }, ['outcome'], 'Field required', 'missing'],
      ['/results', { outcome: 'PASSED' }, ['testcase'], 'Field required', 'missing'],
      [
        '/results',
        result({ testcase: '' }),
        ['testcase'],
        'Value error, testcase name must be non-empty',
        'value_error',
      ],
      [
        '/results',
        result({ testcase: {} }),
        ['testcase'],
        'Value error, testcase name must be non-empty',
        'value_error',
      ],
      ['/testcases', {}, ['name'], 'Field required', 'missing'],
      ['/testcases', { name: '' }, ['name'], 'String should have at least 1 character', 'string_too_short'],
      [
        '/results',
        result({ submit_time: 'now' }),
        ['submit_time'],
        "Value error, Expected timestamp in milliseconds or datetime (in format YYYY-MM-DDTHH:MM:SS.ffffff), got 'now'",
        'value_error',
      ],
    ])('POST %s %j', async (path, body, loc, msg, type) => {
      const answer = await post(path, body);
      expect(answer.status).toBe(400);
      expect(answer.body.validation_error).toMatchObject([{ loc, msg, type }]);
      expect(answer.body.message).toContain(msg);
    });

    it('an unknown outcome names the known ones', async () => {
      const { body } = await post('/results', result({ outcome: 'FAKE' }));
      expect(body.validation_error[0]!.msg).toContain('must be one of: PASSED, INFO, FAILED, NEEDS_INSPECTION');
      expect((await get('/results?outcome=FAKE')).body.validation_error[0]!.loc).toEqual(['outcome']);
      expect((await get('/results?since=today')).body.message).toContain('must be in ISO8601 format');
      expect((await get('/results?page=x')).status).toBe(400);
    });

    it('colons in keys, other content types, other methods and big bodies are refused, as JSON', async () => {
      const colon = await post('/results', result({ data: { ok: 1, 'a:b': 2 } }));
      expect(colon).toEqual({ status: 400, body: { message: "Colon not allowed in key name: ['a:b']" } });
      const plain = await fetch(`${base}/results`, {
        method: 'POST',
        body: 'x',
        headers: { 'content-type': 'text/plain' },
      });
      expect([plain.status, await plain.json()]).toEqual([400, { message: 'Bad request' }]);
      const deleted = await fetch(`${base}/results/1`, { method: 'DELETE' });
      expect([deleted.status, await deleted.json()]).toMatchObject([405, { message: expect.any(String) as string }]);
      expect(await store.read.results.count({})).toBe(0);
    });
  });
});
