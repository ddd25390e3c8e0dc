import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@millrace/testing';
import { BridgeService } from '../../testing/bridge-service';

const api = '/greenwave/api/v1.0';
const critical = ['dist.abicheck', 'dist.rpmdeplint', 'dist.upgradepath'] as const;

const fedora = `# Policies as Fedora has them
--- !Policy
id: "critical_with_excluded"
product_versions: [fedora-26]
decision_context: push_stable
subject_type: koji_build
excluded_packages: [firefox, kernel*]
rules:
  - !PassingTestCaseRule {test_case_name: dist.abicheck}
--- !Policy
id: "critical"
product_versions: ["fedora-2?"]
decision_contexts: [push_stable, push_testing]
subject_type: koji_build
rules:
  - !PassingTestCaseRule {test_case_name: dist.rpmdeplint}
  - !PassingTestCaseRule {test_case_name: dist.upgradepath}
--- !Policy
id: "composes"
product_versions: [fedora-rawhide]
decision_context: sync
subject_type: compose
rules:
  - !PassingTestCaseRule {test_case_name: compose.install, scenario: scenario1}
  - !PassingTestCaseRule {test_case_name: compose.install, scenario: scenario2}
--- !Policy
id: "empty"
product_versions: [fedora-24]
decision_context: push_stable
subject_type: bodhi_update
rules: []
--- !Policy
id: "groups"
product_versions: [fedora-30]
decision_context: group
subject_type: group
rules:
  - !PassingTestCaseRule {test_case_name: testcase_name}
--- !Policy
id: "remote"
product_versions: [fedora-26]
decision_context: remote
subject_type: koji_build
rules:
  - !RemoteRule {required: true}
`;

interface Decision {
  readonly message: string;
  readonly policies_satisfied: boolean;
  readonly summary: string;
  readonly applicable_policies?: readonly string[];
  readonly satisfied_requirements: readonly Record<string, unknown>[];
  readonly unsatisfied_requirements: readonly Record<string, unknown>[];
  readonly results?: readonly { readonly id: number }[];
  readonly waivers?: readonly { readonly id: number }[];
}

let git: Server;
let gitAddress: string;
const gating = new Map<string, string>();
let bridge: BridgeService;

beforeAll(async () => {
  git = createServer((request, response) => {
    const text = gating.get(request.url ?? '');
    response.writeHead(text === undefined ? 404 : text === 'broken' ? 500 : 200).end(text);
  });
  await new Promise<void>((resolve) => git.listen(0, '127.0.0.1', resolve));
  gitAddress = `http://127.0.0.1:${(git.address() as AddressInfo).port}`;
  bridge = await BridgeService.start(
    {
      policies_dir: 'DIR/policies',
      subject_types_dir: ['DIR/types'],
      remote_rule_policies: { '*': `${gitAddress}/{subject_id}/gating.yaml` },
      remote_rules_private: true,
      waiver_auth: 'dummy',
    },
    { 'policies/fedora.yaml': fedora, 'types/group.yaml': '--- !SubjectType\nid: group\n', 'policies/notes.txt': '}' },
  );
});
afterAll(async () => {
  await (bridge as BridgeService | undefined)?.stop();
  git.close();
});

let builds = 0;
function unique(name = 'glibc'): string {
  return `${name}-1.0-${++builds}.el7`;
}

const decide = (body: object) => bridge.post<Decision>(`${api}/decision`, body);
const about = (item: string) => ({
  decision_context: 'push_stable',
  product_version: 'fedora-26',
  subject_type: 'koji_build',
  subject_identifier: item,
});
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

it('fetches remote rules, and says what is wrong with them', async () => {
  const [good, missing, invalid, broken] = [unique(), unique(), unique(), unique()];
  gating.set(
    `/${good}/gating.yaml`,
    '--- !Policy\ndecision_context: remote\nrules:\n  - !PassingTestCaseRule {test_case_name: mine}\n',
  );
  gating.set(`/${invalid}/gating.yaml`, 'rules: []\n');
  gating.set(`/${broken}/gating.yaml`, 'broken');
  const remote = (item: string) => decide({ ...about(item), decision_context: 'remote' });
  const source = `${gitAddress}/${good}/gating.yaml`;
  expect((await remote(good)).body).toMatchObject({
    summary: 'Of 1 required test, 1 result missing',
    satisfied_requirements: [{ type: 'fetched-gating-yaml', testcase: 'fetched-gating-yaml', source }],
    unsatisfied_requirements: [{ testcase: 'mine', source }],
  });
  expect((await remote(missing)).body).toMatchObject({
    summary: '1 error due to missing remote rule file',
    unsatisfied_requirements: [{ type: 'missing-gating-yaml', sources: [`${gitAddress}/${missing}/gating.yaml`] }],
  });
  expect((await remote(invalid)).body).toMatchObject({
    summary: '1 error due to invalid remote rule file',
    unsatisfied_requirements: [
      { type: 'invalid-gating-yaml', details: "Policy 'untitled': No decision contexts provided" },
    ],
  });
  expect((await remote(broken)).status).toBe(502);
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

it('validates a gating.yaml', async () => {
  const validate = (text: string) =>
    bridge.send<{ message: string; line?: number }>('POST', `${api}/validate-gating-yaml`, text, {
      'content-type': 'application/x-www-form-urlencoded',
    });
  const file = (context: string, rule = '!PassingTestCaseRule {test_case_name: test}'): string =>
    `\n--- !Policy\nid: "test"\nproduct_versions:\n  - fedora-26\ndecision_context: ${context}\nrules:\n  - ${rule}\n`;
  expect(await validate(file('push_stable'))).toMatchObject({ status: 200, body: { message: 'All OK' } });
  expect(await validate('')).toMatchObject({ status: 400, body: { message: 'No policies defined' } });
  expect(await validate(file('b') + file('a'))).toMatchObject({
    status: 200,
    body: {
      message:
        'Greenwave could not find a parent policy(ies) for following decision context(s): a, b. Please change your policy so that it will match a decision context in the parent policies.',
    },
  });
  expect(await validate(file('x', '!PackageSpecificBuild {test_case_name: x}'))).toMatchObject({
    status: 400,
    body: {
      line: 8,
      message:
        "Policy 'test': Attribute 'rules': !PackageSpecificBuild is obsolete. Please use the \"packages\" allowlist instead.",
    },
  });
  expect((await validate('--- !!python/object/apply:os.system [x]\n')).status).toBe(400);
});

it('shows its policies, subject types, version and addresses', async () => {
  const { policies } = (await bridge.get<{ policies: { id: string; rules: object[] }[] }>(`${api}/policies`)).body;
  expect(policies[0]).toMatchObject({
    id: 'critical_with_excluded',
    product_versions: ['fedora-26'],
    decision_context: 'push_stable',
    rules: [{ rule: 'PassingTestCaseRule', test_case_name: 'dist.abicheck', scenario: null }],
  });
  const types = (await bridge.get<{ subject_types: { id: string }[] }>(`${api}/subject_types`)).body.subject_types;
  expect(types.map(({ id }) => id)).toEqual([
    ...['bodhi_update', 'compose', 'group', 'koji_build', 'redhat-container-image', 'redhat-module'],
  ]);
  expect((await bridge.get(`${api}/about`)).body).toEqual({ version: '2.3.0' });
  expect((await bridge.get(`${api}/about?callback=bac123`)).body).toBe('bac123({"version":"2.3.0"});');
  expect((await bridge.get(`${api}/version`)).headers.get('location')).toBe(`${api}/about`);
  expect((await bridge.get('/greenwave/healthcheck')).body).toBe('Health check OK');
  expect((await bridge.get(`${api}/`)).body).toMatchObject({
    outcomes_error: ['ERROR'],
    api_v1: `${bridge.url}${api}`,
    resultsdb_api: `${bridge.url}/resultsdb/api/v2.0`,
  });
});

it('reads policy files again when they change, and keeps the good ones when they break', async () => {
  const replace = async (text: string): Promise<void> => {
    await writeFile(join(bridge.dir, 'new.yaml'), text);
    await rename(join(bridge.dir, 'new.yaml'), join(bridge.dir, 'policies', 'more.yaml'));
  };
  const policy =
    '--- !Policy\nid: more\nproduct_versions: [p]\ndecision_context: c\nsubject_type: koji_build\nrules: []\n';
  const asked = { ...about('a-1-1'), product_version: 'p', decision_context: 'c' };
  await replace(policy);
  await eventually(async () => (await decide(asked)).status === 200, 'the new policy is known');
  await replace(policy.replace('rules: []', 'rules: [x]'));
  type Shown = { problems: string[]; policies: { id: string }[] };
  const shown = async () => (await bridge.get<Shown>('/api/v1/policies')).body;
  await eventually(async () => (await shown()).problems.length > 0, 'the problem is said');
  const file = join(bridge.dir, 'policies', 'more.yaml');
  expect((await shown()).problems).toEqual([
    `${file}:6: Policy 'more': Attribute 'rules': Expected list of Rule objects`,
  ]);
  expect((await decide(asked)).status).toBe(200);
});

it('does not start with policy files that cannot be used, and says file and line', async () => {
  const files = { 'policies/a.yaml': '--- !Policy\nid: a\nrules: 5\n', 'policies/b.yaml': '--- !Evil\nid: b\n' };
  await mkdir(join(bridge.dir, 'unused'));
  await expect(BridgeService.start({ policies_dir: 'DIR/policies' }, files)).rejects.toThrow(
    /a\.yaml:2: Policy 'a': Attribute 'product_versions' is required\n.*b\.yaml:2: Missing !Policy tag/,
  );
});
