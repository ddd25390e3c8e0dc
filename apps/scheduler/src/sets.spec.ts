import { doors, doorSubject, eventSubject, eventType, setWanted, type EventData } from '@millrace/contracts';
import { eventually } from '@millrace/testing';
import type { Msg, NatsConnection } from 'nats';
import { startScheduler, type RunningScheduler } from './testing/running-scheduler';

const known = ['rpm/a', 'rpm/b', 'rpm/c'];

/** Sets over real HTTP and a real bus; the resolver is played over its doors. */
describe('sets', () => {
  let scheduler: RunningScheduler;

  beforeAll(async () => {
    scheduler = await startScheduler({ play });
    for (const name of ['acting', 'watching']) {
      const mode = name === 'acting' ? 'act' : 'observe';
      expect(await post('/admin/v1/releases', { definition: release(name, mode) })).toMatchObject({ status: 200 });
    }
  });
  afterAll(() => scheduler?.stop());

  const post = (path: string, body: object) => scheduler.request('POST', path, body);
  const changesOf = async (name: string) => {
    const { body } = await scheduler.request('GET', `/api/v1/changes?release=${name}`);
    return body['changes'] as readonly Record<string, unknown>[];
  };
  const start = (of: object, name = 'acting') => post('/admin/v1/cascades', { release: name, ...of });

  it('are found by a query, in order or not, and shown before anything starts', async () => {
    const plan = async (of: object) => (await post('/api/v1/plans', { release: 'acting', ...of })).body;
    const ordered = await plan({ query: { depends_on: ['rpm/a'] } });
    expect(ordered).toMatchObject({ tiers: 2, scopes: [], done_count: 0, outlook: { rebuilds: 2 } });
    expect(await plan({ query: { depends_on: ['rpm/a'] }, ordered: false })).toMatchObject({
      tiers: 1,
      rebuilds: [
        { component: 'rpm/b', needs: [], tier: 0 },
        { component: 'rpm/c', needs: [], tier: 0 },
      ],
    });
    expect(await plan({ query: { match: ['rpm/zz*'] } })).toMatchObject({ code: 'set-empty' });
    expect(await plan({})).toMatchObject({ code: 'components-missing' });
    expect(await plan({ components: ['rpm/x'] })).toMatchObject({ code: 'component-unknown', status: 404 });
  });

  it('of many builds start when their number is confirmed, where the release acts by itself', async () => {
    expect(await start({ all: true, unconfirmed: 2 })).toMatchObject({
      status: 409,
      body: { code: 'set-unconfirmed', remedy: expect.stringContaining('--confirm 3') },
    });
    expect(await start({ all: true, confirm: 2 })).toMatchObject({ status: 409, body: { code: 'set-changed' } });
    expect(await start({ all: true, unconfirmed: 2 }, 'watching')).toMatchObject({ status: 200 });
    const started = await start({ all: true, confirm: 3, ordered: false, why: 'a compiler' });
    expect(started).toMatchObject({ status: 200, body: { cascade: expect.stringMatching(/^c1-/) } });
    expect((await changesOf('acting'))[0]).toMatchObject({ kind: 'set', all: true, urgency: 'background', by: 'ada' });
  });

  it('that another team asks for wait for a person, with the members that were found', async () => {
    const data: EventData<typeof setWanted> = {
      ...{ release: 'watching', components: [], all: false, ordered: true, urgency: 'background' },
      ...{ query: { match: ['rpm/*'], exclude: ['rpm/c'] }, reporter: 'compilers', reason: 'wrong code' },
    };
    const attributes = { specversion: '1.0', type: eventType(setWanted), source: '/compilers', id: 'wanted-1' };
    const about = { subject: 'watching', time: '2026-01-31T09:30:00.000Z', datacontenttype: 'application/json' };
    const envelope = { ...attributes, ...about, release: 'watching', revision: 1, visibility: 'public', data };
    await scheduler.client.jetstream().publish(eventSubject(setWanted, 'watching', null), JSON.stringify(envelope));
    const sent = async () => (await changesOf('watching')).find((one) => one['by'] === 'compilers');
    await eventually(async () => (await sent()) !== undefined, 'the change', 20_000);
    const change = await sent();
    expect(change).toMatchObject({
      outcome: 'waits',
      waitsFor: 'approval',
      components: [{ component: 'rpm/a' }, { component: 'rpm/b' }],
      why: expect.stringMatching(/^wrong code \(2 components, found by /),
    });
  });
});

function play(client: NatsConnection): void {
  client.subscribe(doorSubject(doors.resolver.impact), { callback: (_, message) => impact(message) });
  client.subscribe(doorSubject(doors.resolver.graph), { callback: (_, message) => graph(message) });
  client.subscribe(doorSubject(doors.resolver.dependants), { callback: (_, message) => dependants(message) });
}

/** `b` and `c` need `a`, and `c` needs `b`. */
function impact(message: Msg): void {
  const { members } = message.json<{ members: string[] | 'all' }>();
  const asked = members === 'all' ? known : known.filter((one) => members.includes(one));
  const rebuilds = asked.map((component, tier) => {
    const needs = tier === 0 ? [] : [{ component: asked[tier - 1]!, pass: 1 }];
    return { component, pass: 1, tier, bootstrap: false, needs, because: 'it is in the set' };
  });
  const strange = members === 'all' ? [] : members.filter((one) => !known.includes(one));
  const unknown = strange.map((component) => ({ component, hint: 'did you mean rpm/a?' }));
  const rest = { knots: [], likely: [], atMost: [] };
  message.respond(JSON.stringify({ snapshot: 's-1', tiers: rebuilds.length, rebuilds, unknown, ...rest }));
}

function graph(message: Msg): void {
  const { release: name } = message.json<{ release: string }>();
  const components = known.map((component) => ({ component, external: false, nvr: null }));
  const outside = [{ component: 'external/glibc', external: true, nvr: null }];
  const head = { release: name, snapshot: 's-1', digest: 'd', at: null, because: '', dependencies: 2 };
  const rest = { unresolved: [], importing: false, problem: null };
  message.respond(JSON.stringify({ ...head, components: [...components, ...outside], ...rest }));
}

function dependants(message: Msg): void {
  const { component } = message.json<{ component: string }>();
  const found = ['rpm/b', 'rpm/c'].map((one) => ({ component: one, kind: 'build', via: 'liba', distance: 1 }));
  message.respond(JSON.stringify({ snapshot: 's-1', component, found, total: 2 }));
}

function release(name: string, mode: string) {
  return {
    ...{ release: name, mode, title: 'A mill', product_version: 'mill-1', triggers: {} },
    ...{ build_systems: { rpm: 'local-rpm' }, sources: { rpm: { git: '/nonexistent' } } },
    gates: [{ id: 'all', rules: [] }],
    people: { ada: { mail: 'ada@mill.example' } },
    ...{ owners: [{ components: ['*'], people: ['ada'] }], releng: ['ada'] },
  };
}
