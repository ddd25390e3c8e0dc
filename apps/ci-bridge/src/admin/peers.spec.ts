import { releaseChanged, verdictWanted } from '@millrace/contracts';
import { startFakeGreenwave, type FakeGreenwave } from '@millrace/greenwave/fake';
import { eventually } from '@millrace/testing';
import { nvr, release } from '../domain/test-bridge';
import { BridgeService } from '../testing/bridge-service';

interface Verdict {
  readonly decision: string;
  readonly state: string;
  readonly unknown_since: string | null;
  readonly reasons: readonly { readonly test: string; readonly state: string; readonly text: string }[];
}

const verdict = async (bridge: BridgeService): Promise<Verdict | undefined> =>
  (await bridge.get<{ verdicts: Verdict[] }>(`/api/v1/gates?subject=${nvr}`)).body.verdicts[0];

async function want(bridge: BridgeService, gates: readonly object[] = []): Promise<void> {
  await bridge.say(releaseChanged, { ...releaseChanged.example.data, definition: release(gates) }, 'minidistro');
  await eventually(
    async () => (await bridge.get<{ policies: object[] }>('/api/v1/policies')).status === 200,
    'the bridge answers',
  );
  await bridge.say(verdictWanted, { ...verdictWanted.example.data, since: new Date().toISOString() }, 'minidistro');
  await eventually(async () => (await verdict(bridge)) !== undefined, 'the build is known');
}

const data = { item: nvr, type: 'koji_build' };
const policies = `--- !Policy
id: stable
product_versions: [minidistro-1]
decision_context: millrace_rebuild
subject_type: koji_build
rules:
  - !PassingTestCaseRule {test_case_name: dist.abicheck}
`;

describe('with a bridge as the Greenwave and the WaiverDB of another', () => {
  let peer: BridgeService;
  let bridge: BridgeService;
  beforeAll(async () => {
    peer = await BridgeService.start({ policies_dir: 'DIR/policies' }, { 'policies/stable.yaml': policies });
    bridge = await BridgeService.start({
      greenwave_url: `${peer.url}/greenwave/api/v1.0`,
      waiverdb_url: `${peer.url}/waiverdb/api/v1.0`,
    });
  });
  afterAll(async () => {
    await (bridge as BridgeService | undefined)?.stop();
    await (peer as BridgeService | undefined)?.stop();
  });

  it('the peer decides, whatever our own gates say', async () => {
    await want(bridge, [{ id: 'ours', rules: [{ test: 'never.run' }] }]);
    await eventually(async () => (await verdict(bridge))?.reasons[0]?.test === 'dist.abicheck', 'the peer was asked');
    expect(await verdict(bridge)).toMatchObject({ decision: 'pending', state: 'waiting' });
    await peer.result('dist.abicheck', 'PASSED', data);
    // A result of ours is a reason to ask again.
    await bridge.result('other', 'PASSED', data);
    await eventually(async () => (await verdict(bridge))?.decision === 'passed', 'the peer says that it is good');
    await peer.result('dist.abicheck', 'FAILED', data);
    await bridge.result('other', 'PASSED', data);
    await eventually(async () => (await verdict(bridge))?.decision === 'failed', 'the peer says that it is not');
  });

  it('the API of Greenwave hands questions on', async () => {
    const question = {
      ...{ product_version: 'minidistro-1', decision_context: 'millrace_rebuild' },
      ...{ subject_type: 'koji_build', subject_identifier: nvr },
    };
    const path = '/greenwave/api/v1.0/decision';
    expect((await bridge.post(path, question)).body).toEqual((await peer.post(path, question)).body);
    expect((await bridge.post(path, { ...question, product_version: 'x' })).status).toBe(404);
  });

  it('the API of WaiverDB hands waivers on, with the authorization of their user, and doors take none', async () => {
    const path = '/waiverdb/api/v1.0/waivers/';
    const waiver = {
      ...{ subject_type: 'koji_build', subject_identifier: nvr, testcase: 'dist.abicheck' },
      ...{ product_version: 'minidistro-1', comment: 'fine' },
    };
    expect((await bridge.post(path, waiver)).status).toBe(401);
    const ada = { authorization: 'Bearer mr_ada' };
    const posted = await bridge.post<{ id: number }>(path, waiver, ada);
    expect(posted).toMatchObject({ status: 201, body: { username: 'ada' } });
    expect((await bridge.get(`${path}${posted.body.id}`)).body).toEqual(posted.body);
    expect((await bridge.get<{ data: object[] }>(`${path}?testcase=dist.abicheck`)).body.data).toHaveLength(1);
    await bridge.result('other', 'PASSED', data);
    await eventually(async () => (await verdict(bridge))?.state === 'waived', 'the waiver counts');
    const door = { subject: nvr, test: 'dist.abicheck', comment: 'x' };
    expect(await bridge.post('/admin/v1/waivers', door, ada)).toMatchObject({ body: { code: 'waived-elsewhere' } });
  });
});

describe('with a Greenwave of somebody else', () => {
  let fake: FakeGreenwave;
  let bridge: BridgeService;
  beforeAll(async () => {
    fake = await startFakeGreenwave();
    bridge = await BridgeService.start({ greenwave_url: fake.url });
    await want(bridge);
  });
  afterAll(async () => {
    await (bridge as BridgeService | undefined)?.stop();
    await fake.stop();
  });

  it('that knows no policy the gate cannot know: a 404 is never a pass', async () => {
    await eventually(async () => (await verdict(bridge))?.decision === 'unknown', 'nobody knows');
    const found = await verdict(bridge);
    expect(found!.unknown_since).not.toBeNull();
    expect(found!.reasons[0]!.text).toContain('Found no applicable policies');
    expect(fake.questions[0]).toMatchObject({ subject_identifier: nvr, product_version: 'minidistro-1' });
  });

  it('that is away it cannot know either, since when it was away', async () => {
    fake.decides(nvr, { summary: 'No tests are required' });
    await bridge.result('other', 'PASSED', data);
    await eventually(async () => (await verdict(bridge))?.decision === 'passed', 'Greenwave says yes');
    fake.fails(503);
    await bridge.result('other', 'PASSED', data);
    await eventually(async () => (await verdict(bridge))?.decision === 'unknown', 'Greenwave is away');
    const { unknown_since } = (await verdict(bridge))!;
    await bridge.result('other', 'PASSED', data);
    await eventually(() => Promise.resolve(fake.questions.length >= 6), 'it is asked again');
    expect((await verdict(bridge))!).toMatchObject({ decision: 'unknown', unknown_since });
    const question = { product_version: 'x', decision_context: 'c', subject_type: 't', subject_identifier: 'i' };
    expect((await bridge.post('/greenwave/api/v1.0/decision', question)).status).toBe(503);
    fake.fails(200);
    await bridge.result('other', 'PASSED', data);
    await eventually(async () => (await verdict(bridge))?.decision === 'passed', 'it is back');
  });
});

describe('with a bridge as the ResultsDB of another', () => {
  let peer: BridgeService;
  let bridge: BridgeService;
  beforeAll(async () => {
    peer = await BridgeService.start();
    bridge = await BridgeService.start(
      { resultsdb_url: `${peer.url}/resultsdb/api/v2.0`, policies_dir: 'DIR/policies' },
      { 'policies/stable.yaml': policies },
    );
  });
  afterAll(async () => {
    await (bridge as BridgeService | undefined)?.stop();
    // One test has stopped it already.
    await (peer as BridgeService | undefined)?.stop().catch(() => undefined);
  });

  it('results that are there count, and those that come here go there and are kept nowhere else', async () => {
    await want(bridge, [{ id: 'ours', rules: [{ test: 'dist.abicheck' }] }]);
    expect((await verdict(bridge))!.decision).toBe('pending');
    await bridge.result('dist.abicheck', 'PASSED', data);
    await eventually(async () => (await verdict(bridge))?.decision === 'passed', 'what went there counts');
    await peer.result('dist.abicheck', 'FAILED', data);
    // Something new is a reason to ask again.
    await bridge.result('other', 'PASSED', data);
    await eventually(async () => (await verdict(bridge))?.decision === 'failed', 'what is there alone counts');
  });

  it('the APIs of ResultsDB and Greenwave answer from there', async () => {
    const path = `/resultsdb/api/v2.0/results?item=${nvr}`;
    const shown = (await bridge.get<{ data: { testcase: { name: string } }[] }>(path)).body;
    expect(shown.data.map(({ testcase }) => testcase.name)).toEqual(['other', 'dist.abicheck', 'dist.abicheck']);
    expect(shown).toEqual((await peer.get(path)).body);
    expect((await bridge.get('/resultsdb/api/v2.0/results/999')).status).toBe(404);
    const question = {
      ...{ product_version: 'minidistro-1', decision_context: 'millrace_rebuild' },
      ...{ subject_type: 'koji_build', subject_identifier: nvr },
    };
    const path2 = '/greenwave/api/v1.0/decision';
    expect((await bridge.post(path2, question)).body).toMatchObject({ policies_satisfied: false });
    await peer.result('dist.abicheck', 'PASSED', data);
    expect((await bridge.post(path2, question)).body).toMatchObject({ policies_satisfied: true });
  });

  it('that is away the gate cannot know', async () => {
    await peer.stop();
    await bridge.result('other', 'PASSED', data);
    await eventually(async () => (await verdict(bridge))?.decision === 'unknown', 'nobody knows');
    expect((await verdict(bridge))!.unknown_since).not.toBeNull();
    expect((await bridge.get('/resultsdb/api/v2.0/results')).status).toBe(502);
  });
});
