import { BridgeService } from '../../testing/bridge-service';

/**
 * Cases of Greenwave's own functional tests that need no policy files: what is asked for comes with the question.
 * The others are in `greenwave.spec.ts`.
 */
interface Decision {
  readonly policies_satisfied: boolean;
  readonly summary: string;
  readonly satisfied_requirements: readonly Record<string, unknown>[];
  readonly unsatisfied_requirements: readonly Record<string, unknown>[];
  readonly results: readonly { readonly id: number; readonly data: Record<string, readonly string[]> }[];
}

let bridge: BridgeService;
beforeAll(async () => {
  bridge = await BridgeService.start({ waiver_auth: 'dummy' });
});
afterAll(() => (bridge as BridgeService | undefined)?.stop());

interface Rule {
  readonly test_case_name: string;
  readonly scenario?: string;
}

async function decide(type: string, item: string, ...rules: readonly Rule[]): Promise<Decision> {
  const { status, body } = await bridge.post<Decision>('/greenwave/api/v1.0/decision', {
    product_version: 'fedora-26',
    subject_type: type,
    subject_identifier: item,
    verbose: true,
    rules: rules.map((rule) => ({ type: 'PassingTestCaseRule', ...rule })),
  });
  expect(status).toBe(200);
  return body;
}

async function waive(type: string, item: string, testcase: string): Promise<void> {
  const waiver = {
    subject_type: type,
    subject_identifier: item,
    testcase,
    product_version: 'fedora-26',
    comment: 'ok',
  };
  const { status } = await bridge.post('/waiverdb/api/v1.0/waivers/', waiver, {
    authorization: `Basic ${Buffer.from('dummy:dummy').toString('base64')}`,
  });
  expect(status).toBe(201);
}

const build = (item: string, more: object = {}) => ({ item, type: 'koji_build', ...more });
const nowhere = { scenario: null, system_architecture: null, system_variant: null };

describe('results', () => {
  it('of a container image may be named as those of a build', async () => {
    const nvr = 'image-1.0-1';
    await bridge.result('test.1', 'FAILED', build(nvr));
    await bridge.result('test.2', 'FAILED', { item: 'x', type: 'redhat-container-image', nvr });
    const found = await decide(
      'redhat-container-image',
      nvr,
      { test_case_name: 'test.1' },
      { test_case_name: 'test.2' },
    );
    expect(found.summary).toBe('Of 2 required tests, 2 tests failed');
    expect(found.unsatisfied_requirements[0]!['item']).toEqual({ item: nvr, type: 'redhat-container-image' });
  });

  it('of a module, of an alias, and of what nobody described count under their type', async () => {
    const module = '389-ds-1.4-820181127205924.9edba152';
    await bridge.result('tier0', 'PASSED', { item: module, type: 'redhat-module' });
    const found = await decide('redhat-module', module, { test_case_name: 'tier0' });
    expect(found).toMatchObject({ policies_satisfied: true, results: [{ data: { type: ['redhat-module'] } }] });
    await bridge.result('tier0', 'PASSED', { item: 'avahi-1-1', type: 'brew-build' });
    expect((await decide('brew-build', 'avahi-1-1', { test_case_name: 'tier0' })).policies_satisfied).toBe(true);
    await bridge.result('tier0', 'PASSED', { item: 'x', type: 'kind-of-magic' });
    expect((await decide('kind-of-magic', 'x', { test_case_name: 'tier0' })).policies_satisfied).toBe(true);
  });

  it('of a scenario that the rule names count alone', async () => {
    await bridge.result('test.s', 'FAILED', build('s-1-1'));
    const { id } = await bridge.result('test.s', 'PASSED', build('s-1-1', { scenario: 'scenario1' }));
    const found = await decide('koji_build', 's-1-1', { test_case_name: 'test.s', scenario: 'scenario1' });
    expect(found).toMatchObject({ policies_satisfied: true, unsatisfied_requirements: [] });
    expect(found.satisfied_requirements).toEqual([
      {
        ...{ type: 'test-result-passed', testcase: 'test.s', subject_type: 'koji_build', subject_identifier: 's-1-1' },
        ...{ ...nowhere, scenario: 'scenario1', source: null, result_id: id },
      },
    ]);
  });

  it.each([
    ['architecture', { system_variant: 'BaseOS', system_architecture: 'x86_64' }],
    ['variant', { system_variant: 'Cloud', system_architecture: 'ppc64' }],
  ])('of each %s are needed, the latest of each', async (name, other) => {
    const compose = `Fedora-Rawhide-19700101.n.${name}`;
    const data = { 'productmd.compose.id': compose };
    const place = { system_variant: 'BaseOS', system_architecture: 'ppc64' };
    const failed = await bridge.result('rtt', 'FAILED', { ...data, ...place });
    await bridge.result('rtt', 'PASSED', { ...data, ...other });
    const rule = { test_case_name: 'rtt' };
    expect((await decide('compose', compose, rule)).unsatisfied_requirements).toEqual([
      {
        ...{ type: 'test-result-failed', testcase: 'rtt', subject_type: 'compose', subject_identifier: compose },
        ...{ ...nowhere, ...place, source: null, result_id: failed.id, item: data },
      },
    ]);
    await bridge.result('rtt', 'PASSED', { ...data, ...place });
    expect(await decide('compose', compose, rule)).toMatchObject({
      policies_satisfied: true,
      summary: 'All required tests (2 total) have passed or been waived',
    });
  });

  it('that could not be had say why', async () => {
    await bridge.result('test.e', 'ERROR', build('e-1-1', { error_reason: 'no disk' }));
    const found = await decide('koji_build', 'e-1-1', { test_case_name: 'test.e' });
    expect(found.summary).toBe('Of 1 required test, 1 test errored');
    expect(found.unsatisfied_requirements[0]).toMatchObject({ type: 'test-result-errored', error_reason: 'no disk' });
  });
});

describe('a waiver', () => {
  it('without a scenario is one of every scenario', async () => {
    const scenarios = ['scenario1', 'scenario2'];
    for (const scenario of scenarios) await bridge.result('test.w', 'FAILED', build('w-1-1', { scenario }));
    await waive('koji_build', 'w-1-1', 'test.w');
    const rules = scenarios.map((scenario) => ({ test_case_name: 'test.w', scenario }));
    const found = await decide('koji_build', 'w-1-1', ...rules);
    expect(found.unsatisfied_requirements).toEqual([]);
    expect(found.satisfied_requirements).toMatchObject(
      scenarios.map((scenario) => ({ type: 'test-result-failed-waived', scenario })),
    );
  });

  it('of a result that is missing satisfies, too, and of another type does not', async () => {
    await waive('koji_build', 'm-1-1', 'test.m');
    const found = await decide('koji_build', 'm-1-1', { test_case_name: 'test.m' });
    expect(found.satisfied_requirements).toMatchObject([{ type: 'test-result-missing-waived' }]);
    expect((await decide('bodhi_update', 'm-1-1', { test_case_name: 'test.m' })).policies_satisfied).toBe(false);
  });
});
