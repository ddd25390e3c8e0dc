import { doors, doorSubject } from '@millrace/contracts';
import { eventually } from '@millrace/testing';
import { headers, type Msg, type NatsConnection } from 'nats';
import { startScheduler, type RunningScheduler } from './testing/running-scheduler';

interface Alert {
  readonly alert: string;
  readonly kind?: string;
  readonly remedy: string;
  readonly endedAt?: string | null;
}

/** What hangs, over real HTTP: the resolver is played over its door, and makes no plan for a while. */
describe('alerts', () => {
  const said: string[] = [];
  let away = true;
  let scheduler: RunningScheduler;

  beforeAll(async () => {
    const url = 'http://127.0.0.1:9/kojihub';
    const koji = { kind: 'koji', url, top_url: 'https://pkgs.example/', capacity: 40, retries: 1 };
    scheduler = await startScheduler({ settings: { build_systems: { koji } }, play });
    await request('POST', '/admin/v1/releases', { definition: release });
  });
  afterAll(() => scheduler?.stop());

  const play = (client: NatsConnection): void => {
    client.subscribe(doorSubject(doors.resolver.impact), { callback: (_, message) => answer(message) });
    client.subscribe('millrace.scheduler.alert.>', { callback: (_, { subject }) => void said.push(subject) });
  };
  const request = (method: string, path: string, body?: unknown) => scheduler.request(method, path, body);
  const shown = async (state: string): Promise<readonly Alert[]> =>
    (await request('GET', `/api/v1/alerts?state=${state}`)).body['alerts'] as Alert[];

  /** It knows all components, and has no plan while it is away. */
  const answer = (message: Msg): void => {
    const { members, preview } = message.json<{ members: string[]; preview: boolean }>();
    if (preview && away) return refuse(message);
    const rebuilds = members.map((component) => {
      return { component, pass: 1, tier: 0, bootstrap: false, needs: [], because: 'it changed' };
    });
    const rest = { knots: [], likely: [], atMost: [], unknown: [] };
    message.respond(JSON.stringify({ snapshot: 's-1', tiers: 1, rebuilds, ...rest }));
  };

  it('are in the body of /readyz, which stays ready, in the metrics and behind a door, until they end', async () => {
    expect((await request('GET', '/readyz')).body).toMatchObject({ status: 'ready', alerts: [] });
    const started = await request('POST', '/admin/v1/cascades', { release: 'mill', components: ['rpm/a'] });
    const id = `resolver-away/${String(started.body['cascade'])}`;
    await eventually(async () => (await shown('open')).length > 0, 'the alert', 20_000);
    expect(await shown('open')).toMatchObject([{ alert: id, kind: 'resolver-away', endedAt: null }]);
    const ready = await request('GET', '/readyz');
    expect(ready).toMatchObject({ status: 200, body: { status: 'ready', alerts: [{ alert: id, release: 'mill' }] } });
    const metrics = await (await fetch(`${scheduler.url}/metrics`)).text();
    expect(metrics).toMatch(/^millrace_alerts\{kind="resolver-away".*\} 1$/m);
    expect(metrics).toMatch(/^millrace_hop_seconds\{phase="lead"/m);
    away = false;
    await eventually(async () => (await shown('ended')).length > 0, 'its end', 40_000);
    expect(await shown('open')).toEqual([]);
    expect((await request('GET', '/readyz')).body).toMatchObject({ alerts: [] });
    await eventually(() => said.length >= 2, 'both events', 10_000);
    expect(said).toEqual(['raised', 'ended'].map((one) => `millrace.scheduler.alert.${one}.v1.mill.-`));
  }, 90_000);

  it('come beside the build systems, each with its slots and what its builders bear', async () => {
    const { status, body } = await request('GET', '/api/v1/build-systems');
    const [local, koji] = body['systems'] as Record<string, unknown>[];
    const fine = { downSince: null, problem: null, builders: [], used: 0 };
    expect([status, local]).toMatchObject([200, { ...fine, name: 'local-rpm', unknown: null }]);
    expect(koji).toMatchObject({ ...fine, name: 'koji', capacity: 40, unknown: expect.stringMatching(/./) as string });
  });

  it('come beside the .repo files of repositories, for anybody', async () => {
    const get = (path: string) => fetch(`${scheduler.url}/repositories/v1/${path}`);
    const found = await get('koji/f44-build-side-7/12.repo');
    expect([found.status, found.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    expect((await found.text()).split('\n')).toEqual([
      '[f44-build-side-7-12]',
      'name=f44-build-side-7, repository 12',
      'baseurl=https://pkgs.example/repos/f44-build-side-7/12/$basearch',
      ...['enabled=1', 'gpgcheck=0', 'skip_if_unavailable=False', ''],
    ]);
    for (const wrong of [
      'local-rpm/f44/12.repo',
      'koji/f44/x.repo',
      'koji/f44/12',
      'koji/a%0Ab/12.repo',
      'koji/%5Bx/1.repo',
    ])
      expect((await get(wrong)).status).toBe(404);
  });

  it('come beside the history of cascades and the explanation of one', async () => {
    const history = await request('GET', '/api/v1/history?release=mill');
    expect(history).toMatchObject({ status: 200, body: { cascades: [{ release: 'mill' }], hops: [] } });
    const [one] = history.body['cascades'] as { cascade: string }[];
    const explained = await request('GET', `/api/v1/cascades/${one!.cascade}/explain`);
    expect(explained.body).toMatchObject({ criticalPath: ['rpm/a'], expectedFinish: expect.any(String) });
  });
});

function refuse(message: Msg): void {
  const sent = headers();
  sent.set('Nats-Service-Error-Code', '400');
  sent.set('Nats-Service-Error', 'no graph');
  const problem = { code: 'graph-missing', kind: 'invalid', detail: 'it has no graph of mill', remedy: 'import one' };
  message.respond(JSON.stringify(problem), { headers: sent });
}

/** It only observes: plans are made, and nothing is built. */
const release = {
  ...{ release: 'mill', title: 'A mill', product_version: 'mill-1', build_systems: { rpm: 'local-rpm' } },
  ...{ sources: { rpm: { git: 'file:///nowhere/{name}' } }, gates: [{ id: 'all', rules: [] }] },
  ...{
    people: { ada: { mail: 'ada@mill.example' } },
    owners: [{ components: ['*'], people: ['ada'] }],
    releng: ['ada'],
  },
};
