import type { BridgeService } from '../../testing/bridge-service';
import { about, api, critical, startGreenwaveWorld, unique, type GreenwaveWorld } from './testing/greenwave-world';

let world: GreenwaveWorld;
let bridge: BridgeService;
beforeAll(async () => {
  world = await startGreenwaveWorld();
  bridge = world.bridge;
});
afterAll(() => (world as GreenwaveWorld | undefined)?.stop());

const decide: GreenwaveWorld['decide'] = (body) => world.decide(body);
const build = (item: string) => ({ item, type: 'koji_build' });

it('decides by the policies of the folders, without any release', async () => {
  const nvr = unique();
  for (const test of critical) await bridge.result(test, 'PASSED', build(nvr));
  expect(await decide(about(nvr))).toMatchObject({
    status: 200,
    body: {
      policies_satisfied: true,
      applicable_policies: ['critical_with_excluded', 'critical'],
      summary: 'All required tests (3 total) have passed or been waived',
      unsatisfied_requirements: [],
    },
  });
});

it('says what failed, what runs and what is missing', async () => {
  const nvr = unique();
  const failed = await bridge.result(critical[0], 'FAILED', build(nvr));
  const running = await bridge.result(critical[1], 'RUNNING', build(nvr));
  const { body } = await decide(about(nvr));
  expect(body.summary).toBe('Of 3 required tests, 1 result missing, 1 test failed, 1 test incomplete');
  const common = { subject_type: 'koji_build', subject_identifier: nvr, source: null, item: build(nvr) };
  const place = { scenario: null, system_architecture: null, system_variant: null };
  expect(body.unsatisfied_requirements).toEqual([
    { type: 'test-result-failed', testcase: critical[0], result_id: failed.id, ...common, ...place },
    { type: 'test-result-missing', testcase: critical[1], result_id: running.id, ...common, ...place },
    { type: 'test-result-missing', testcase: critical[2], scenario: null, ...common },
  ]);
});

it('shows results and waivers when it is asked to, newest first, each once', async () => {
  const [one, two] = [unique(), unique()];
  const results = [];
  for (const nvr of [two, one]) {
    for (const test of critical) results.push(await bridge.result(test, 'PASSED', build(nvr)));
  }
  await bridge.result(critical[0], 'FAILED', { ...build('other-1-1') });
  const subject = [build(one), { original_spec_nvr: two }];
  const asked = { ...about(''), subject, verbose: true };
  const { body } = await decide(asked);
  expect(body.results).toEqual([...results].reverse());
  expect(body.waivers).toEqual([]);
  expect(body.applicable_policies).toHaveLength(4);
});

it('takes the latest result of each place', async () => {
  const compose = 'Fedora-Rawhide-19700101.n.1';
  const data = { 'productmd.compose.id': compose };
  await bridge.result('compose.install', 'PASSED', { ...data, scenario: 'scenario1' });
  const failed = await bridge.result('compose.install', 'FAILED', { ...data, scenario: 'scenario2' });
  const asked = { decision_context: 'sync', product_version: 'fedora-rawhide', subject: [data] };
  const { body } = await decide(asked);
  expect(body).toMatchObject({ summary: 'Of 2 required tests, 1 test failed', applicable_policies: ['composes'] });
  expect(body.unsatisfied_requirements).toMatchObject([
    { result_id: failed.id, scenario: 'scenario2', item: { 'productmd.compose.id': compose } },
  ]);
  await bridge.result('compose.install', 'PASSED', { ...data, scenario: 'scenario2' });
  expect((await decide(asked)).body.policies_satisfied).toBe(true);
});

it('knows subject types of the folders and of nobody, aliases, and excluded packages', async () => {
  const group = `sha256:${'ab'.repeat(32)}`;
  await bridge.result('testcase_name', 'PASSED', { item: group, type: 'group' });
  const asked = { decision_context: 'group', product_version: 'fedora-30', subject_type: 'group' };
  expect((await decide({ ...asked, subject_identifier: group })).body.policies_satisfied).toBe(true);
  const nvr = unique('firefox');
  await bridge.result(critical[0], 'FAILED', build(nvr));
  for (const test of critical.slice(1)) await bridge.result(test, 'PASSED', { item: nvr, type: 'brew-build' });
  const { body } = await decide({ ...about(nvr), subject_type: 'brew-build' });
  expect(body.satisfied_requirements[0]).toEqual({
    ...{ type: 'excluded', subject_identifier: nvr, policy: 'critical_with_excluded', source: null },
  });
  expect(body.policies_satisfied).toBe(true);
});

it('answers what-if: results and waivers that are left out, and another time', async () => {
  const nvr = unique();
  for (const test of critical.slice(1)) await bridge.result(test, 'PASSED', build(nvr));
  const failed = await bridge.result(critical[0], 'FAILED', build(nvr));
  const waiver = await bridge.post<{ id: number; timestamp: string }>(
    '/waiverdb/api/v1.0/waivers/',
    {
      subject_type: 'koji_build',
      subject_identifier: nvr,
      testcase: critical[0],
      product_version: 'fedora-26',
      comment: 'fine',
    },
    { authorization: `Basic ${Buffer.from('dummy:dummy').toString('base64')}` },
  );
  expect(waiver).toMatchObject({ status: 201, body: { username: 'dummy', waived: true } });
  const waived = (await decide(about(nvr))).body;
  expect(waived.policies_satisfied).toBe(true);
  expect(waived.satisfied_requirements[0]).toMatchObject({
    ...{ type: 'test-result-failed-waived', waiver_id: waiver.body.id, result_id: failed.id },
  });
  expect(waived.satisfied_requirements[0]).not.toHaveProperty('item');
  const without = (await decide({ ...about(nvr), ignore_waiver: [waiver.body.id] })).body;
  expect(without.unsatisfied_requirements).toMatchObject([{ type: 'test-result-failed', result_id: failed.id }]);
  expect((await decide({ ...about(nvr), when: before(waiver.body.timestamp) })).body.policies_satisfied).toBe(false);
  const then = (await decide({ ...about(nvr), when: before(failed.submit_time) })).body;
  expect(then.unsatisfied_requirements).toMatchObject([{ type: 'test-result-missing', testcase: critical[0] }]);
});

/** A microsecond before. */
function before(stamp: string): string {
  const micros = BigInt(stamp.slice(20)) - 1n;
  return `${stamp.slice(0, 20)}${String(micros).padStart(6, '0')}`;
}

it('takes rules that come with the question', async () => {
  const nvr = unique();
  const result = await bridge.result('own.test', 'PASSED', build(nvr));
  const { decision_context: _, ...asked } = about(nvr);
  const rules = [{ type: 'PassingTestCaseRule', test_case_name: 'own.test' }];
  const { body } = await decide({ ...asked, rules });
  expect(body).toMatchObject({ policies_satisfied: true, satisfied_requirements: [{ result_id: result.id }] });
  expect(body).not.toHaveProperty('applicable_policies');
  expect((await decide({ ...asked, rules: [{ typo: 'x' }] })).body.message).toBe(
    "Failed to parse on demand policy: Attribute 'rules': Key 'type' is required for each list item",
  );
});

it.each<[object, number, string]>([
  [{ ...about('a-1-1'), product_version: '' }, 400, 'Missing required product version'],
  [{ ...about('a-1-1'), decision_context: undefined }, 400, 'Either decision_context or rules is required.'],
  [{ ...about('a-1-1'), subject: 'a-1-1' }, 400, 'Invalid subject, must be a list of dicts'],
  [
    { ...about('a-1-1'), product_version: 'f26' },
    404,
    'Found no applicable policies for koji_build subjects at gating point(s) push_stable in f26',
  ],
  [
    { ...about('a-1-1'), decision_context: ['x', 'y'] },
    404,
    'Found no applicable policies for koji_build subjects at gating point(s) x y in fedora-26',
  ],
  [{}, 415, 'No JSON payload in request'],
])('%#: refuses in the words of Greenwave', async (body, status, message) => {
  expect(await decide(body)).toMatchObject({ status, body: { message } });
});

it('passes an update that no policy speaks about, and nothing else', async () => {
  const update = { ...about('FEDORA-2000-deadbeef'), subject_type: 'bodhi_update' };
  expect((await decide(update)).body).toMatchObject({
    policies_satisfied: true,
    applicable_policies: [],
    summary: 'No tests are required',
  });
  const none = await decide({ ...update, product_version: 'fedora-24' });
  expect(none.body).toMatchObject({ applicable_policies: ['empty'], summary: 'No tests are required' });
});

it('refuses broken and oversized bodies with JSON', async () => {
  const json = { 'content-type': 'application/json' };
  const broken = await bridge.send<{ message: string }>('POST', `${api}/decision`, 'not a json', json);
  expect(broken.status).toBe(400);
  expect(broken.body.message).toContain('sent a request that this server could not understand');
  const large = await decide({ ...about('x'.repeat(1_100_000)) });
  expect(large.status).toBe(413);
  expect((await bridge.send('PUT', `${api}/decision`, '{}', json)).status).toBe(405);
  expect((await bridge.get(`${api}/nothing`)).body).toEqual({ message: 'Not found' });
});
