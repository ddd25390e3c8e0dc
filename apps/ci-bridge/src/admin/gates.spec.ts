import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHmac } from 'node:crypto';
import { releaseChanged, rerunRequested, verdictDecided, verdictWanted } from '@millrace/contracts';
import { eventually } from '@millrace/testing';
import { nvr, release } from '../domain/test-bridge';
import { BridgeService } from '../testing/bridge-service';

const install = 'ci.install.functional';
const abi = 'dist.abicheck';
const policy = (rules: string): string =>
  `--- !Policy\nid: stable\nproduct_versions: [minidistro-1]\ndecision_context: millrace_rebuild\nsubject_type: koji_build\nrules: [${rules}]\n`;

let ci: Server;
const asked: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];
let bridge: BridgeService;

beforeAll(async () => {
  ci = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      asked.push({ headers: request.headers, body });
      response.writeHead(asked.length === 1 ? 503 : 202).end();
    });
  });
  await new Promise<void>((resolve) => ci.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(ci.address() as AddressInfo).port}/rerun`;
  bridge = await BridgeService.start(
    { policies_dir: 'DIR/policies', rerun_hooks: [{ ci: 'osci*', url, secret_file: 'DIR/secret' }] },
    { 'policies/stable.yaml': policy(`!PassingTestCaseRule {test_case_name: ${abi}}`), secret: 'key\n' },
  );
  const definition = release([
    { id: 'rpms', rules: [{ test: install, reruns: 1 }], policies: ['stable'], waivers: { two_persons: true } },
  ]);
  await bridge.say(releaseChanged, { ...releaseChanged.example.data, definition }, 'minidistro');
  const since = new Date().toISOString();
  await bridge.say(verdictWanted, { ...verdictWanted.example.data, since }, 'minidistro');
  await eventually(async () => (await verdicts()).length === 1, 'the build is known');
});
afterAll(async () => {
  await (bridge as BridgeService | undefined)?.stop();
  ci.close();
});

interface Verdict {
  readonly decision: string;
  readonly state: string;
  readonly reasons: readonly { readonly test: string; readonly state: string; readonly policies?: readonly string[] }[];
}
interface Decision extends Verdict {
  readonly decision_id: number;
  readonly previous: object | null;
  readonly made_of: { readonly policies: readonly string[]; readonly results: readonly number[] };
}

const data = { item: nvr, type: 'koji_build' };
const verdicts = async () => (await bridge.get<{ verdicts: Verdict[] }>(`/api/v1/gates?subject=${nvr}`)).body.verdicts;
const decisions = async (query = '') =>
  (await bridge.get<{ decisions: Decision[] }>(`/api/v1/decisions?subject=${nvr}${query}`)).body.decisions;

it('asks a CI that could not run a test to run it again: by an event, and by a signed webhook that is repeated', async () => {
  await bridge.result(install, 'ERROR', { ...data, ci_name: 'osci-1', error_reason: 'no disk' });
  await eventually(() => Promise.resolve(asked.length === 2), 'the webhook is sent again');
  const { headers, body } = asked[1]!;
  expect(JSON.parse(body)).toMatchObject({ testcase: install, attempt: 1, budget: 1, error_reason: 'no disk' });
  const signature = createHmac('sha256', 'key').update(body).digest('hex');
  expect(headers['x-hub-signature-256']).toBe(`sha256=${signature}`);
  expect(await bridge.said(rerunRequested)).toHaveLength(1);
  expect((await verdicts())[0]).toMatchObject({ decision: 'pending', state: 'waiting' });
});

it('holds builds to the policies of the files that their gate names', async () => {
  await bridge.result(install, 'PASSED', data);
  const [verdict] = await verdicts();
  expect(verdict!.reasons.map(({ test, state, policies }) => [test, state, policies])).toEqual([
    [install, 'passed', ['rpms']],
    [abi, 'waiting', ['stable']],
  ]);
});

it('decides again when two people have waived, one of them through the API of WaiverDB', async () => {
  const door = { subject: nvr, test: abi, comment: 'known', expires: '1d', ticket: 'BUG-1' };
  const one = await bridge.post<object>('/admin/v1/waivers', door, { authorization: 'Bearer mr_ada' });
  expect(one.body).toMatchObject({ decision: 'pending', note: expect.stringContaining('second person') as string });
  const posted = {
    ...{ subject_type: 'koji_build', subject_identifier: nvr, testcase: abi },
    ...{ product_version: 'minidistro-1', comment: 'yes' },
  };
  const two = await bridge.post('/waiverdb/api/v1.0/waivers/', posted, { authorization: 'Bearer mr_bea' });
  expect(two.status).toBe(201);
  expect((await verdicts())[0]).toMatchObject({ decision: 'passed', state: 'waived' });
});

it('keeps every answer with what it was made of, and can make it again', async () => {
  const all = await decisions();
  const numbers = all.map(({ decision_id }) => decision_id);
  expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
  expect(all[0]).toMatchObject({
    decision: 'passed',
    previous: { decision: 'pending' },
    made_of: { policies: ['rpms', 'stable'], waivers: [1, 2] },
  });
  for (const number of numbers) {
    const { body } = await bridge.get<{ same: boolean }>(`/api/v1/decisions/${number}/replay`);
    expect(body.same).toBe(true);
  }
  expect(await decisions(`&after=${numbers[1]}`)).toHaveLength(1);
  expect((await bridge.get('/api/v1/decisions/999/replay')).status).toBe(404);
  const said = await bridge.said(verdictDecided);
  expect(said.map(({ decision_id }) => decision_id)).toEqual([...numbers].reverse());
});

it('says which builds a policy would have blocked, and changes nothing', async () => {
  const ask = (text: string, more: object = {}) =>
    bridge.post<{ looked_at: number; blocked: object[]; untouched: number }>('/api/v1/policy-history', {
      policy: text,
      ...more,
    });
  const strict = policy('!PassingTestCaseRule {test_case_name: never.run}');
  expect((await ask(strict)).body).toMatchObject({
    looked_at: 1,
    blocked: [{ subject: nvr, was: 'passed', tests: [{ test: 'never.run', type: 'test-result-missing' }] }],
  });
  expect((await ask(policy(`!PassingTestCaseRule {test_case_name: ${install}}`))).body).toMatchObject({ blocked: [] });
  expect((await ask(strict.replace('minidistro-1', 'f43'))).body).toMatchObject({ blocked: [], untouched: 1 });
  expect((await ask(strict, { release: 'other' })).body).toMatchObject({ looked_at: 0 });
  const wrong = await ask(strict.replace('rules: [', 'rules: [x, '));
  expect(wrong).toMatchObject({ status: 422, body: { message: expect.stringContaining('line 6') as string } });
  expect((await verdicts())[0]!.decision).toBe('passed');
});

it('looks at builds that nobody asked about, too, by the results that came of them', async () => {
  const of = (item: string) => ({ item, type: 'koji_build' });
  await bridge.result('never.asked', 'FAILED', of('lonely-1.0-1.fc41'));
  await bridge.result('never.asked', 'PASSED', of('lonely-1.0-2.fc41'));
  await bridge.result('never.asked', 'FAILED', of('lonely-1.0-1.fc40'));
  await bridge.result('never.asked', 'FAILED', { ...of('lonely-0.9-1.fc41') }, { submit_time: '2020-01-01T00:00:00Z' });
  const text = policy('!PassingTestCaseRule {test_case_name: never.asked}').replace('minidistro-1', 'fedora-41');
  const ask = (more: object = {}) =>
    bridge.post<{ blocked: object[] }>('/api/v1/policy-history', { policy: text, ...more });
  const { body } = await ask();
  expect(body).toMatchObject({
    looked_at: 4,
    blocked: [{ subject: 'lonely-1.0-1.fc41', component: 'rpm/lonely', release: '-', was: 'not asked' }],
    untouched: 2,
  });
  expect((await ask({ days: 3650 })).body.blocked).toHaveLength(2);
  expect((await ask({ release: 'minidistro' })).body).toMatchObject({ looked_at: 1, blocked: [] });
});

it('gates a group of builds by an id that follows from its content', async () => {
  const wish = { release: 'minidistro', builds: [nvr] };
  const ada = { authorization: 'Bearer mr_ada' };
  const { body } = await bridge.post<{ subject: string }>('/admin/v1/gate-groups', wish, ada);
  expect(body).toMatchObject({ subject: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string, decision: 'passed' });
  expect((await bridge.post<object>('/admin/v1/gate-groups', wish, ada)).body).toEqual(body);
  expect((await bridge.post('/admin/v1/gate-groups', wish)).status).toBe(401);
  const group = await bridge.get<{ verdicts: object[] }>(`/api/v1/gates?subject=${encodeURIComponent(body.subject)}`);
  expect(group.body.verdicts).toMatchObject([{ decision: 'passed', required: false }]);
});

it('waives what no gate was asked about, where it is said', async () => {
  const ada = { authorization: 'Bearer mr_ada' };
  const wish = { subject: 'early-1.0-1', test: abi, comment: 'checked by hand' };
  const refused = await bridge.post<{ message: string; remedy: string }>('/admin/v1/waivers', wish, ada);
  expect(refused).toMatchObject({ status: 404, body: { code: 'subject-unknown' } });
  expect(refused.body.remedy).toContain('--product-version');
  const { body } = await bridge.post('/admin/v1/waivers', { ...wish, product_version: 'minidistro-1' }, ada);
  expect(body).toMatchObject({ decision: 'not asked' });
  const decision = await bridge.post('/greenwave/api/v1.0/decision', {
    decision_context: 'millrace_rebuild',
    product_version: 'minidistro-1',
    subject: [{ type: 'brew-build', item: 'early-1.0-1' }],
  });
  expect(decision.body).toMatchObject({
    satisfied_requirements: [{ type: 'test-result-missing-waived', testcase: abi }],
  });
});

it('counts passes of which nothing was required apart', async () => {
  const { body } = await bridge.get<string>('/metrics');
  expect(body).toMatch(/gate_verdicts\{[^}]*decision="passed"[^}]*\} 1/);
  expect(body).toMatch(/gate_verdicts\{[^}]*decision="passed \(nothing required\)"[^}]*\} 1/);
});

it('goes on after a restart', async () => {
  await bridge.restart();
  expect((await verdicts())[0]).toMatchObject({ decision: 'passed' });
  await bridge.result(install, 'FAILED', data);
  expect((await verdicts())[0]).toMatchObject({ decision: 'failed' });
});
