import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBus, ensureStream, type BusConnection } from '@millrace/bus';
import {
  eventSubject,
  eventType,
  inletResultReported,
  releaseChanged,
  schedulerResultReported,
  verdictDecided,
  verdictWanted,
  type Envelope,
  type EventContract,
  type EventData,
} from '@millrace/contracts';
import { sha256 } from '@millrace/kernel';
import { startService, type RunningService } from '@millrace/service';
import { eventually, freePort, startTestNats, type TestNats } from '@millrace/testing';
import { nvr, twoTests } from './domain/test-bridge';
import { definition } from './wiring';

const token = 'mr_test';
let dir: string;
let nats: TestNats;
let bus: BusConnection;
let service: RunningService;
let env: Record<string, string>;
let published = 0;
/** What others hear on plain NATS. */
const heard: { readonly topic: string; readonly id: string; readonly body: Record<string, unknown> }[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-ci-bridge-'));
  nats = await startTestNats();
  bus = await connectBus({ servers: [nats.url], name: 'test' });
  for (const topic of ['resultsdb.>', 'waiverdb.>', 'greenwave.>']) {
    bus.nats.subscribe(topic, {
      callback: (_, said) =>
        void heard.push({ topic: said.subject, id: said.headers!.get('Nats-Msg-Id'), body: said.json() }),
    });
  }
  await ensureStream(bus.manager, 'scheduler');
  await ensureStream(bus.manager, 'inlet');
  await mkdir(join(dir, 'secrets'));
  const ada = { name: 'ada', role: 'maintainer', sha256: sha256(token), created_at: '', revoked_at: null };
  await writeFile(join(dir, 'secrets', 'tokens.json'), JSON.stringify({ tokens: [ada] }));
  env = {
    MILLRACE_DATA: dir,
    MILLRACE_NATS_URL: nats.url,
    MILLRACE_PORT: String(await freePort()),
    MILLRACE_LOG_LEVEL: 'error',
  };
  service = await startService(definition, env);
});
afterAll(async () => {
  // Undefined when it could not start.
  await (service as RunningService | undefined)?.stop();
  await bus.nats.close();
  await nats.stop();
  await rm(dir, { recursive: true });
});

async function publish<Data>(contract: EventContract<Data>, data: Data, id = `m-${++published}`): Promise<void> {
  const envelope: Envelope = {
    specversion: '1.0',
    id,
    source: contract.owner,
    type: eventType(contract),
    time: new Date().toISOString(),
    subject: nvr,
    release: 'minidistro',
    revision: 1,
    data,
  };
  await bus.nats.jetstream().publish(eventSubject(contract, 'minidistro', 'rpm'), JSON.stringify(envelope));
}

type Message = EventData<typeof inletResultReported>;

/** A message as a CI system sends it about our build. */
function message(type: string, event: string, result?: string): Message {
  const { body } = inletResultReported.example.data;
  return {
    topic: `org.example.ci.koji-build.test.${event}`,
    body: {
      ...body,
      generated_at: new Date().toISOString(),
      system: event === 'complete' ? body['system'] : undefined,
      artifact: { ...(body['artifact'] as object), id: 'b-2', nvr },
      test: { namespace: 'ci', type, category: 'functional', result, note: result === 'failed' ? 'exit 1' : undefined },
    },
  };
}

async function get<Body>(path: string): Promise<Body> {
  return (await (await fetch(`http://127.0.0.1:${service.port}${path}`)).json()) as Body;
}

async function results(): Promise<readonly { readonly outcome: string }[]> {
  return (await get<{ data: [] }>(`/resultsdb/api/v2.0/results?item=${nvr}`)).data;
}

/** The answers on the bus, oldest first. */
async function said(): Promise<readonly string[]> {
  const info = await bus.manager.streams.info('MILLRACE_CI_BRIDGE');
  const found: string[] = [];
  for (let seq = info.state.first_seq; seq <= info.state.last_seq; seq++) {
    const stored = await bus.manager.streams.getMessage('MILLRACE_CI_BRIDGE', { seq });
    if (!stored.subject.startsWith(`${eventType(verdictDecided)}.`)) continue;
    expect(stored.subject).toBe(eventSubject(verdictDecided, 'minidistro', 'rpm'));
    const { data } = stored.json<Envelope<EventData<typeof verdictDecided>>>();
    verdictDecided.data.parse(data);
    found.push(`${data.revision} ${data.decision} ${data.state}`);
  }
  return found;
}

const question: EventData<typeof verdictWanted> = {
  ...verdictWanted.example.data,
  since: new Date().toISOString(),
};
const release = { ...releaseChanged.example.data, definition: twoTests };

it('decides by what CI systems and the scheduler report, whatever comes first', async () => {
  const failed = message('run', 'complete', 'failed');
  await publish(verdictWanted, question);
  await publish(inletResultReported, message('run', 'queued'));
  await publish(inletResultReported, failed);
  await eventually(async () => (await results()).length === 2, 'two results are kept');
  await publish(releaseChanged, release);
  await eventually(async () => (await said()).at(-1) === '1 failed failed', 'the gate says failed');
  // The same message in another envelope, and the same envelope once more, are no new results.
  await publish(inletResultReported, failed);
  await publish(inletResultReported, failed, 'twice');
  await publish(inletResultReported, failed, 'twice');
  const own = { ...schedulerResultReported.example.data, test: 'ci.install.functional' };
  await publish(schedulerResultReported, own);
  await eventually(async () => (await said()).length === 2, 'the reasons changed');
  expect(await results()).toHaveLength(3);
  const metrics = await (await fetch(`http://127.0.0.1:${service.port}/metrics`)).text();
  expect(metrics).toMatch(/millrace_source_lag_seconds\{[^}]*source="inlet"/);
});

it('shows its answers by subject and by component', async () => {
  type Gates = { verdicts: { decision: string; reasons: { test: string; text: string }[] }[] };
  const { verdicts } = await get<Gates>(`/api/v1/gates?subject=${nvr}`);
  expect(verdicts).toMatchObject([
    {
      decision: 'failed',
      reasons: [
        { text: 'passed: nothing that others require was lost without a rebuild' },
        { text: 'failed (on x86_64): exit 1' },
      ],
      ...{ repository: expect.stringContaining('/b-2') as string, tag: null, cascade: 'c-1', group: null },
    },
  ]);
  expect((await get<Gates>('/api/v1/gates?component=rpm%2Flibmill')).verdicts).toHaveLength(1);
  expect((await get<Gates>('/api/v1/gates?subject=other-1-1')).verdicts).toEqual([]);
});

it('takes waivers from named tokens only, and decides at once', async () => {
  const waive = (authorization: string, test = 'ci.run.functional'): Promise<Response> =>
    fetch(`http://127.0.0.1:${service.port}/admin/v1/waivers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ subject: nvr, test, comment: 'known to be flaky' }),
    });
  expect((await waive('Bearer wrong')).status).toBe(401);
  const unrequired = await waive(`Bearer ${token}`, 'ci.other.functional');
  expect([unrequired.status, await unrequired.json()]).toMatchObject([422, { code: 'test-not-required' }]);
  const done = await waive(`Bearer ${token}`);
  expect(await done.json()).toEqual({ waiver: 1, decision: 'passed' });
  await eventually(async () => (await said()).at(-1) === '3 passed waived', 'the new answer is said');
});

it('keeps what it cannot map as a dead letter that names the member, and goes on', async () => {
  await publish(inletResultReported, message('run', 'complete', 'splendid'));
  type Letters = { deadLetters: { reason: string }[] };
  await eventually(async () => (await get<Letters>('/api/v1/dead-letters')).deadLetters.length === 1, 'it is kept');
  expect((await get<Letters>('/api/v1/dead-letters')).deadLetters[0]!.reason).toContain('test.result');
  await publish(inletResultReported, message('run', 'complete', 'passed'));
  await eventually(async () => (await said()).at(-1) === '4 passed passed', 'the next message counts');
});

async function decide(body: object): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(`http://127.0.0.1:${service.port}/greenwave/api/v1.0/decision`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

const decision = {
  product_version: 'minidistro-1',
  decision_context: 'millrace_rebuild',
  subject_type: 'koji_build',
  subject_identifier: nvr,
};

it("answers Greenwave's clients from the same facts", async () => {
  const answer = await decide({ ...decision, ignore_result: [4], verbose: true });
  expect(answer).toMatchObject({
    status: 200,
    body: {
      policies_satisfied: true,
      applicable_policies: ['minidistro/rpms'],
      waivers: [{ id: 1, username: 'ada', testcase: 'ci.run.functional' }],
    },
  });
  const unwaived = await decide({ ...decision, ignore_result: [4], ignore_waiver: [1] });
  expect(unwaived.body).toMatchObject({
    policies_satisfied: false,
    unsatisfied_requirements: expect.arrayContaining([
      expect.objectContaining({ type: 'test-result-failed', result_id: 2, item: { type: 'koji_build', item: nvr } }),
    ]) as unknown,
  });
  expect(await decide({ ...decision, decision_context: 'elsewhere' })).toEqual({
    status: 404,
    body: {
      message: 'Found no applicable policies for koji_build subjects at gating point(s) elsewhere in minidistro-1',
    },
  });
  expect((await decide({})).status).toBe(415);
});

it('says what ResultsDB, WaiverDB and Greenwave would say on their topics', async () => {
  const of = (topic: string) => heard.filter((one) => one.topic === topic);
  const first = of('resultsdb.result.new')[0]!;
  const kept = await get<{ testcase: { name: string } }>(`/resultsdb/api/v2.0/results/${String(first.body['id'])}`);
  expect(first.body).toMatchObject({ outcome: expect.any(String), data: { item: [nvr] } });
  expect((first.body['testcase'] as { name: string }).name).toBe(kept.testcase.name);
  expect(of('waiverdb.waiver.new').at(-1)!.body).toMatchObject({
    id: 1,
    testcase: 'ci.run.functional',
    username: 'ada',
  });
  expect(of('greenwave.decision.update').at(-1)!.body).toMatchObject({
    policies_satisfied: expect.any(Boolean),
    subject_identifier: nvr,
  });
  expect(new Set(heard.map(({ id }) => id)).size).toBe(heard.length);
});

it("shows waivers to WaiverDB's clients, and lets nobody waive there without a name", async () => {
  const waivers = '/waiverdb/api/v1.0/waivers/';
  const page = await get<{ data: object[]; last: string }>(`${waivers}?testcase=ci.run.functional`);
  const waiver = {
    id: 1,
    subject_type: 'koji_build',
    subject_identifier: nvr,
    subject: { type: 'koji_build', item: nvr },
    testcase: 'ci.run.functional',
    scenario: null,
    username: 'ada',
    proxied_by: null,
    product_version: 'minidistro-1',
    waived: true,
    comment: 'known to be flaky',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/) as string,
  };
  expect(page).toMatchObject({ data: [waiver], prev: null, next: null });
  expect(page.last).toContain('page=1');
  expect(await get(`${waivers}1`)).toEqual(waiver);
  expect(await get(`${waivers}2`)).toEqual({ message: 'Waiver not found' });
  const post = (path: string, body: object): Promise<Response> =>
    fetch(`http://127.0.0.1:${service.port}${waivers}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const filters = [{ subject_type: 'brew-build', subject_identifier: nvr }, { subject_identifier: 'other-1-1' }];
  expect(await (await post('+filtered', { filters })).json()).toEqual({ data: [waiver] });
  expect((await post('+filtered', { filters: [] })).status).toBe(400);
  expect((await post('', { ...decision, testcase: 'x', comment: 'x' })).status).toBe(401);
});

it('started again it goes on where it was', async () => {
  await service.stop();
  service = await startService(definition, env);
  await publish(verdictWanted, question);
  await eventually(async () => (await said()).at(-1) === '5 passed passed', 'it answers again');
  expect(await results()).toHaveLength(4);
});
