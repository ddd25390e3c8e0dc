import { doors, doorSubject } from '@millrace/contracts';
import { Database } from '@millrace/store';
import { eventually } from '@millrace/testing';
import type { Msg } from 'nats';
import { join } from 'node:path';
import { startScheduler, type RunningScheduler } from './testing/running-scheduler';

const known = ['rpm/a', 'rpm/b', 'rpm/c', 'rpm/d'];

/** What people do to many things, over real HTTP: one request each. The resolver is played over its door. */
describe('acts', () => {
  let scheduler: RunningScheduler;
  let cascade: string;

  beforeAll(async () => {
    scheduler = await startScheduler({
      people: { ada: 'releng', bob: 'maintainer' },
      play: (client) =>
        client.subscribe(doorSubject(doors.resolver.impact), { callback: (_, message) => impact(message) }),
    });
    expect(await post('/admin/v1/releases', { definition: release })).toMatchObject({ status: 200 });
    const started = await post('/admin/v1/cascades', { release: 'mill', all: true });
    cascade = String(started.body['cascade']);
    // It waits for approval: nothing of it is built meanwhile.
    await eventually(async () => (await states()).length === known.length, 'its plan', 20_000);
  });
  afterAll(() => scheduler.stop());

  const post = (path: string, body: object, who = 'ada') => scheduler.request('POST', path, body, who);
  const states = async (): Promise<readonly string[]> => {
    const response = await fetch(`${scheduler.url}/api/v1/cascades/${cascade}`);
    const whole = (await response.json()) as { rebuilds: { component: string; state: string }[] };
    return whole.rebuilds.map((one) => `${one.component} ${one.state}`);
  };
  const journal = async (type: string) => {
    const database = await Database.open(`sqlite:${join(scheduler.dir, 'scheduler', 'scheduler.sqlite')}`);
    try {
      return await database.reader.rows('SELECT type, who FROM scheduler_journal WHERE type = ?', [type]);
    } finally {
      await database.close();
    }
  };

  it('are about rebuilds that are shown page by page', async () => {
    const get = async (more: string) => {
      const response = await fetch(`${scheduler.url}/api/v1/cascades/${cascade}${more}`);
      return (await response.json()) as { rebuilds: { component: string }[]; next: string | null; code?: string };
    };
    const seen: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page = await get(`/rebuilds?limit=3${next === '' ? '' : `&after=${encodeURIComponent(next)}`}`);
      seen.push(...page.rebuilds.map((one) => one.component));
      next = page.next;
    }
    expect(seen).toEqual(known);
    const head = await get('?limit=1');
    expect(head).toMatchObject({ rebuilds: [{ component: 'rpm/a' }], next: expect.any(String) });
    const second = await get(`?limit=1&after=${encodeURIComponent(head.next!)}`);
    expect(second.rebuilds).toMatchObject([{ component: 'rpm/b' }]);
    expect((await get('/rebuilds?tier=1&state=waiting,ready')).rebuilds).toHaveLength(2);
    expect((await get('/rebuilds?component=rpm/d')).rebuilds).toHaveLength(1);
    expect((await get('/rebuilds?since=2999-01-01T00:00:00Z')).rebuilds).toEqual([]);
    expect(await get('/rebuilds?after=x')).toMatchObject({ code: 'page-malformed' });
  });

  it('on a tier are one request, with an entry in the journal for all of it and for each', async () => {
    const reply = await post(`/admin/v1/cascades/${cascade}/skip`, { tier: 1, why: 'they are retired' });
    expect(reply).toMatchObject({
      status: 200,
      body: { done: true, acts: [{ component: 'rpm/b', done: true }, { component: 'rpm/c' }] },
    });
    expect(await states()).toEqual(expect.arrayContaining(['rpm/b skipped', 'rpm/c skipped', 'rpm/d waiting']));
    expect(await journal('acts.wanted')).toEqual([{ type: 'acts.wanted', who: 'ada' }]);
    expect(await journal('cascade.skip')).toEqual(Array(2).fill({ type: 'cascade.skip', who: 'ada' }));
  });

  it('need the role that the same act on one needs', async () => {
    expect(await post('/admin/v1/releases/mill/skip', { component: 'rpm/d' }, 'bob')).toMatchObject({ status: 403 });
    expect(await post('/admin/v1/releases/mill/retry', {}, 'bob')).toMatchObject({
      status: 409,
      body: { code: 'nothing-failed', remedy: expect.any(String) },
    });
  });

  it('on a release are done in all its cascades', async () => {
    expect(await post('/admin/v1/releases/mill/raise', { component: 'rpm/d', priority: 9 })).toMatchObject({
      body: { text: 'rpm/d has priority 9 now', acts: [{ cascade, component: 'rpm/d', done: true }] },
    });
    expect(await post('/admin/v1/releases/mill/waive', { comment: 'flaky' })).toMatchObject({
      body: { code: 'nothing-open' },
    });
    expect(await post('/admin/v1/releases/mill/cancel', { why: 'enough' })).toMatchObject({
      body: { acts: [{ cascade, component: null, done: true }] },
    });
    await eventually(async () => (await states()).includes('rpm/d cancelled'), 'its end', 20_000);
    expect(await post('/admin/v1/releases/mill/cancel', {})).toMatchObject({
      status: 409,
      body: { code: 'nothing-runs' },
    });
  });
});

/** `b` and `c` need `a`, and `d` needs both. */
function impact(message: Msg): void {
  const needs = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/a'], 'rpm/d': ['rpm/b', 'rpm/c'] };
  const rebuilds = Object.entries(needs).map(([component, below]) => ({
    ...{ component, pass: 1, tier: below.length, bootstrap: false, because: 'it is in the set' },
    needs: below.map((one) => ({ component: one, pass: 1 })),
  }));
  const rest = { unknown: [], knots: [], likely: [], atMost: [] };
  message.respond(JSON.stringify({ snapshot: 's-1', tiers: 3, rebuilds, ...rest }));
}

const release = {
  ...{ release: 'mill', mode: 'approve', title: 'A mill', product_version: 'mill-1', triggers: {} },
  ...{ build_systems: { rpm: 'local-rpm' }, sources: { rpm: { git: '/nonexistent' } } },
  gates: [{ id: 'all', rules: [] }],
  people: { ada: { mail: 'ada@mill.example' } },
  ...{ owners: [{ components: ['*'], people: ['ada'] }], releng: ['ada'] },
};
