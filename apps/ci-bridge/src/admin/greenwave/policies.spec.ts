import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@millrace/testing';
import { BridgeService } from '../../testing/bridge-service';
import { about, api, startGreenwaveWorld, unique, type GreenwaveWorld } from './testing/greenwave-world';

let world: GreenwaveWorld;
let bridge: BridgeService;
beforeAll(async () => {
  world = await startGreenwaveWorld();
  bridge = world.bridge;
});
afterAll(() => (world as GreenwaveWorld | undefined)?.stop());

const decide: GreenwaveWorld['decide'] = (body) => world.decide(body);

it('fetches remote rules, and says what is wrong with them', async () => {
  const [good, missing, invalid, broken] = [unique(), unique(), unique(), unique()];
  world.gating.set(
    `/${good}/gating.yaml`,
    '--- !Policy\ndecision_context: remote\nrules:\n  - !PassingTestCaseRule {test_case_name: mine}\n',
  );
  world.gating.set(`/${invalid}/gating.yaml`, 'rules: []\n');
  world.gating.set(`/${broken}/gating.yaml`, 'broken');
  const remote = (item: string) => decide({ ...about(item), decision_context: 'remote' });
  const source = `${world.git.url}/${good}/gating.yaml`;
  expect((await remote(good)).body).toMatchObject({
    summary: 'Of 1 required test, 1 result missing',
    satisfied_requirements: [{ type: 'fetched-gating-yaml', testcase: 'fetched-gating-yaml', source }],
    unsatisfied_requirements: [{ testcase: 'mine', source }],
  });
  expect((await remote(missing)).body).toMatchObject({
    summary: '1 error due to missing remote rule file',
    unsatisfied_requirements: [{ type: 'missing-gating-yaml', sources: [`${world.git.url}/${missing}/gating.yaml`] }],
  });
  expect((await remote(invalid)).body).toMatchObject({
    summary: '1 error due to invalid remote rule file',
    unsatisfied_requirements: [
      { type: 'invalid-gating-yaml', details: "Policy 'untitled': No decision contexts provided" },
    ],
  });
  expect((await remote(broken)).status).toBe(502);
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
