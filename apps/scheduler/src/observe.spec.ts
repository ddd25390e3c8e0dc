import { doors, doorSubject } from '@millrace/contracts';
import { connectToHub, type KojiHub } from '@millrace/koji';
import { startFakeHub, type FakeHub } from '@millrace/koji/fake';
import { eventually } from '@millrace/testing';
import type { Msg, NatsConnection } from 'nats';
import { startScheduler, type RunningScheduler } from './testing/running-scheduler';

const base = 'git+https://src.example/rpms';
const commit = '0123456789012345678901234567890123456789';

interface Cascade {
  readonly cascade: string;
  readonly state: string;
  readonly rebuilds?: readonly { readonly component: string; readonly state: string; readonly tier: number }[];
}

/** A release on a Koji hub that only observes: the hub counts what is called. The resolver is played over its doors. */
describe('a release that only observes a Koji hub', () => {
  let hub: FakeHub;
  let people: KojiHub;
  let scheduler: RunningScheduler;

  beforeAll(async () => {
    hub = await startFakeHub();
    layOut(hub);
    people = connectToHub({ url: hub.url, login: { kind: 'password', user: 'maintainer', password: 'secret' } });
    scheduler = await startScheduler({
      settings: settingsFor(hub.url),
      files: { 'koji-password': 'secret\n' },
      play,
    });
    await post('/admin/v1/releases', { definition: release('observe') });
  });
  afterAll(async () => {
    await scheduler?.stop();
    await people?.close();
    await hub?.close();
  });

  async function post(path: string, body: unknown): Promise<Record<string, unknown>> {
    return (await scheduler.request('POST', path, body)).body;
  }

  async function get<T>(path: string): Promise<T> {
    return (await scheduler.request('GET', path)).body as T;
  }

  const plans = async () => (await get<{ cascades: Cascade[] }>('/api/v1/cascades?release=t1')).cascades;

  /** Calls of all sessions but those that read. */
  const writes = () => [...hub.calls.keys()].filter((method) => !isRead(method)).sort();

  async function buildByHand(name: string): Promise<void> {
    const outcome = await people.write.build(`${base}/${name}#${commit}`, 't1', {});
    if (outcome.kind !== 'answered') throw new Error('it was not submitted');
  }

  it('plans what a build made by hand touches, in order, and writes nothing to the hub', async () => {
    await buildByHand('libfoo');
    await eventually(async () => (await plans())[0]?.state === 'awaiting-approval', 'there is a plan');
    const [plan] = await plans();
    const shown = async () => (await get<Cascade>(`/api/v1/cascades/${plan!.cascade}`)).rebuilds!;
    await eventually(async () => (await shown())[0]?.state === 'unneeded', 'the build is seen as made');
    const rebuilds = await shown();
    expect(rebuilds.map((one) => one.state)).toEqual(['unneeded', 'waiting']);
    expect(rebuilds.map((one) => [one.component, one.tier])).toEqual([
      ['rpm/libfoo', 0],
      ['rpm/app', 1],
    ]);
    // The one write is the maintainer's own.
    expect(writes()).toEqual(['build']);
    expect(hub.calls.get('build')).toBe(1);
  });

  it('lets nobody start a plan', async () => {
    const [plan] = await plans();
    const path = `/admin/v1/cascades/${plan!.cascade}/resume`;
    expect(await post(path, { why: 'now' })).toMatchObject({ code: 'release-observes' });
    expect(writes()).toEqual(['build']);
  });

  it('imports what the hub has into the baseline, with owners, inputs and durations, and writes nothing', async () => {
    expect(await post('/admin/v1/releases/t1/adopt', { why: 'we begin' })).toMatchObject({ done: true });
    const adoption = () => get<Record<string, unknown>>('/api/v1/releases/t1/adoption');
    await eventually(async () => (await adoption())['state'] !== 'running', 'it is adopted');
    expect(await adoption()).toMatchObject({ state: 'done', builds: 1, total: 1, owners: 1, problem: null });
    expect((await adoption())['systems']).toEqual([expect.objectContaining({ system: 'koji', places: ['t1'] })]);
    const { builds } = await get<{ builds: object[] }>('/api/v1/releases/t1/adopted');
    const source = { kind: 'git', url: 'https://src.example/rpms/libfoo', commit };
    expect(builds).toEqual([expect.objectContaining({ component: 'rpm/libfoo', builtBy: 'maintainer', source })]);
    expect(await get('/api/v1/releases/t1/debt')).toMatchObject({
      counts: { broken: 0, failing: 0, stale: 0 },
      debts: [],
    });
    expect(writes()).toEqual(['build']);
  });

  it('reports what people did beside what would have been done', async () => {
    const shadow = await get<Record<string, unknown>>('/api/v1/releases/t1/shadow?since=2020-01-01T00:00:00Z');
    expect(shadow).toMatchObject({
      mode: 'observe',
      counts: { people: 1, changes: 1, planned: 1, forgotten: 1, missed: 0 },
    });
    expect(shadow['forgotten']).toEqual([
      expect.objectContaining({ component: 'rpm/app', order: 1, tier: 1, nvr: null }),
    ]);
    expect(shadow['people']).toEqual([expect.objectContaining({ component: 'rpm/libfoo', by: 'maintainer' })]);
    const bad = await get<Record<string, unknown>>('/api/v1/releases/t1/shadow?since=2999-01-01T00:00:00Z');
    expect(bad).toMatchObject({ code: 'span-backwards' });
  });

  it('says before it is applied what would come of a definition, and takes no target that does not exist', async () => {
    const check = await post('/api/v1/release-check', { definition: release('act') });
    expect(check).toMatchObject({
      problems: [],
      mode: { before: 'observe', after: 'act' },
      starts: { builds: 1, plans: 1 },
    });
    const wrong = { ...release('observe'), build_targets: { rpm: { target: 'nowhere', tag: 't9' } } };
    const { problems } = await post('/api/v1/release-check', { definition: wrong });
    expect(problems).toEqual([
      expect.objectContaining({ path: ['build_targets', 'rpm', 'target'], text: "koji has no build target 'nowhere'" }),
      expect.objectContaining({ path: ['build_targets', 'rpm', 'tag'], text: "koji has no tag 't9'" }),
    ]);
    expect(await post('/admin/v1/releases', { definition: wrong })).toMatchObject({ code: 'target-unknown' });
    const elsewhere = { ...release('observe'), build_systems: { rpm: 'brew' } };
    expect(await post('/admin/v1/releases', { definition: elsewhere })).toMatchObject({ code: 'target-unknown' });
    expect(writes()).toEqual(['build']);
  });

  it('names the builds that would start before it acts, and writes nothing until they are agreed to', async () => {
    const refused = await post('/admin/v1/releases', { definition: release('act') });
    expect(refused).toMatchObject({ code: 'builds-would-start' });
    expect(JSON.stringify(refused)).toContain('1 build of 1 plan would start now');
    expect(writes()).toEqual(['build']);
    const agreed = await post('/admin/v1/releases', { definition: release('act'), confirm: 1 });
    expect(agreed).toMatchObject({ changed: true, mode: 'act', starts: { builds: 1, plans: 1 } });
    await eventually(async () => (await plans()).some((one) => one.state === 'running'), 'one plan of all has started');
  });
});

function isRead(method: string): boolean {
  return (
    /^(get|list|query|check|system\.|repo\.(get|checkRequest)$|repoInfo|tagLastChangeEvent|taskReport|buildReferences)/.test(
      method,
    ) || ['login', 'logout', 'multiCall', 'exclusiveSession'].includes(method)
  );
}

function layOut({ control }: FakeHub): void {
  for (const user of ['millrace', 'maintainer']) control.addUser(user, 'secret', ['admin']);
  control.addTag('t1', { packages: ['libfoo', 'app'] });
  control.addTag('t1-build', { parents: ['t1'] });
  control.addTarget('t1', 't1-build', 't1');
  control.addSource(`${base}/libfoo`, { name: 'libfoo', version: '2', release: '1', provides: ['libfoo.so.2'] });
  control.addSource(`${base}/app`, { name: 'app', version: '1', release: '1', buildRequires: ['libfoo-devel'] });
}

function settingsFor(url: string): object {
  const koji = {
    ...{ kind: 'koji', url, top_url: 'http://127.0.0.1:9/koji', capacity: 4, poll_seconds: 0.1 },
    login: { kind: 'password', user: 'millrace', password_file: 'DIR/koji-password' },
    ...{ longest_call_seconds: 3, retries: 10, retry_seconds: 0.1 },
  };
  return { build_systems: { koji } };
}

function release(mode: 'observe' | 'act'): object {
  return {
    ...{ release: 't1', title: 'A live release', product_version: 't1', mode, scope: 'capability' },
    ...{ build_systems: { rpm: 'koji' }, sources: {}, gates: [], when_no_tests: 'pass' },
    build_targets: { rpm: { target: 't1', tag: 't1' } },
    triggers: { rules: [{ kinds: ['build'], outcome: 'start', reason: 'what people build is followed' }] },
    ...{ people: { rae: { mail: 'rae@t1.example' } }, owners: [], releng: ['rae'] },
  };
}

function play(client: NatsConnection): void {
  client.subscribe(doorSubject(doors.resolver.impact), { callback: (_, message) => impact(message) });
  client.subscribe(doorSubject(doors.resolver.compare), { callback: (_, message) => compare(message) });
}

/** `app` uses what `libfoo` offers. */
function impact(message: Msg): void {
  const { members } = message.json<{ members: string[] }>();
  const rebuilds = ['rpm/libfoo', 'rpm/app']
    .filter((one) => members.includes(one))
    .map((component, tier) => {
      const needs = tier === 1 && members.includes('rpm/libfoo') ? [{ component: 'rpm/libfoo', pass: 1 }] : [];
      return { component, pass: 1, tier: needs.length, bootstrap: false, needs, because: 'it was named' };
    });
  const rest = { snapshot: 's-1', knots: [], unknown: [], likely: [], atMost: [] };
  message.respond(JSON.stringify({ ...rest, rebuilds, tiers: rebuilds.length }));
}

function compare(message: Msg): void {
  const { component } = message.json<{ component: string }>();
  const lost = { component: 'rpm/app', because: 'libfoo.so.1 is gone, which it requires' };
  const added = component === 'rpm/libfoo' ? [lost] : [];
  message.respond(JSON.stringify({ lost: [], unneeded: [], added }));
}
