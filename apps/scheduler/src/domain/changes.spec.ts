import { decide } from './decide';
import { load } from '../store/load';
import { World } from '../store/testing/world';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'] };
const one = 'a'.repeat(40);
const two = 'b'.repeat(40);

describe('changes', () => {
  it('of unknown components are refused by name, with a hint', async () => {
    const world = new World({ graph });
    await world.start('all');
    await world.settle();
    const change = {
      id: null,
      release: 'mill',
      kind: 'commit',
      all: false,
      components: [],
      urgency: 'normal',
      by: 'a',
      why: '',
    } as const;
    const unknown = [{ component: 'rpm/aa', hint: 'did you mean rpm/a?' }];
    const refusal = await world.refused({
      type: 'change.reported',
      release: 'mill',
      asked: true,
      change: { ...change, unknown },
    });
    expect(refusal).toMatchObject({ code: 'component-unknown', kind: 'missing' });
    expect(refusal.because + refusal.remedy).toMatch(/rpm\/aa.*did you mean rpm\/a\?/);
    await world.take({ type: 'change.reported', release: 'mill', asked: false, change: { ...change, unknown } });
    expect(world.events('change.detected').at(-1)!.data).toMatchObject({
      outcome: 'ignored',
      because: expect.stringContaining('rpm/aa'),
    });
  });

  it('of an unknown release are refused', async () => {
    const world = new World({ graph });
    expect(await world.change(['rpm/a'])).toMatchObject({ refused: true, code: 'release-unknown' });
  });

  it('of another Koji of the same bus are ignored with the reason, and nothing is looked up', async () => {
    const world = new World({ graph });
    await world.start('all');
    await world.settle();
    const foreign = "it is of Koji's instance arm, and only primary is followed";
    const components = [{ component: 'rpm/a', nvr: 'a-1-2' }] as const;
    const of = {
      type: 'change.heard',
      release: 'mill',
      kind: 'build',
      components,
      urgency: 'normal',
      foreign,
    } as const;
    await world.take({ ...of, by: 'koji:ada', why: 'a-1-2 was built', message: { source: 'koji', id: 'm-1' } });
    await world.settle();
    const told = { outcome: 'ignored', because: foreign, cascade: null, message: { source: 'koji', id: 'm-1' } };
    expect(world.events('change.detected').at(-1)!.data).toMatchObject(told);
  });

  it('are ignored when a policy says so, with its reason', async () => {
    const components = [{ match: ['rpm/a'], policy: 'never' as const, priority: 0, reason: 'built elsewhere' }];
    const world = new World({ graph, definition: { components } });
    await world.start('all');
    await world.settle();
    expect(world.states()).toEqual({ 'rpm/a': 'skipped', 'rpm/b': 'validated' });
    expect(await world.change(['rpm/a'])).toMatchObject({
      outcome: 'ignored',
      because: expect.stringContaining('built elsewhere'),
    });
  });

  it('by a commit that is validated already, or is being built, are ignored', async () => {
    const world = new World({ graph, gate: () => 'silent' });
    await world.start(['rpm/b'], 'set');
    await world.settle();
    await world.take({ type: 'cascade.cancel', release: 'mill', cascade: world.cascade.id, component: null, why: '' });
    await world.settle();
    await world.change(['rpm/a'], 'commit', one);
    await world.settle();
    expect(await world.change(['rpm/a'], 'commit', one)).toMatchObject({ outcome: 'ignored' });
    expect(await world.change(['rpm/a'], 'commit', two)).toMatchObject({ outcome: 'cascade' });
  });

  it('of a failed member build it again from the new commit', async () => {
    const world = new World({ graph, build: (_, attempt) => (attempt === 1 ? 'failed' : 'complete') });
    await world.start(['rpm/a'], 'commit');
    await world.settle();
    expect(world.cascade.state).toBe('stalled');
    expect(await world.change(['rpm/a'], 'commit', two)).toMatchObject({
      outcome: 'cascade',
      cascade: world.cascade.id,
    });
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(world.rebuild('rpm/a').source).toMatchObject({ commit: two });
    expect(await world.change(['rpm/a'], 'commit', two)).toMatchObject({ outcome: 'ignored' });
  });

  it('of a member that waits give it its new source', async () => {
    const world = new World({ graph, gate: () => 'silent' });
    await world.start('all');
    await world.settle();
    await world.change(['rpm/b'], 'commit', two);
    expect(world.rebuild('rpm/b')).toMatchObject({ state: 'waiting', source: { commit: two } });
  });

  it('that come within the lull become one cascade', async () => {
    const world = new World({ graph, definition: { triggers: { lull: '5s' } } });
    await world.start(['rpm/zzz'], 'set');
    await world.settle();
    const report = (component: string) => ({
      type: 'change.reported' as const,
      release: 'mill',
      asked: false,
      change: {
        id: null,
        release: 'mill',
        kind: 'commit' as const,
        all: false,
        components: [{ component, source: null, nvr: null }],
        unknown: [],
        urgency: 'normal' as const,
        by: 'git',
        why: component,
      },
    });
    await world.take(report('rpm/a'));
    await world.take(report('rpm/b'));
    await world.settle();
    expect(world.cascade).toMatchObject({ number: 2, state: 'completed', roots: ['rpm/a', 'rpm/b'] });
  });
});

describe('release definitions', () => {
  it('that are equal make no new revision', async () => {
    const world = new World({ graph });
    await world.start('all');
    const { definition } = world.store.rows.releases.get('mill')!;
    const again = await world.take({ type: 'release.apply', release: 'mill', definition, why: '' });
    expect(again).toEqual({ name: 'mill', revision: 1, changed: false, mode: 'act' });
    const other = { ...definition, title: 'Another mill' };
    const changed = await world.take({ type: 'release.apply', release: 'mill', definition: other, why: '' });
    const running = [world.cascade.id];
    expect(changed).toEqual({ name: 'mill', revision: 2, changed: true, mode: 'act', running });
    expect(world.events('release.changed')).toHaveLength(2);
    expect([...world.store.rows.revisions.keys()]).toEqual(['mill/1', 'mill/2']);
  });
});

describe('the git source', () => {
  const polled = (commit: string) => ({
    type: 'sources.polled' as const,
    release: 'mill',
    heads: [{ component: 'rpm/a', url: 'file:///git/a', commit }],
  });

  it('is looked at again only when its time has come, also while it shows nothing', async () => {
    const world = new World({ graph, definition: { triggers: { git: { every: '30s' }, lull: '0s' } } });
    await world.start('all');
    const state = await load(world.store.read, { type: 'sources.polled', release: 'mill', heads: [] });
    const at = '2026-01-01T10:00:00.000Z';
    const decided = decide(state, { type: 'sources.polled', release: 'mill', heads: [] }, { at, id: 'p', who: 't' });
    expect(decided).toMatchObject({ effects: [{ lane: 'deadline', at: '2026-01-01T10:00:30.000Z' }] });
  });

  it('remembers what it sees first, and reports what moves', async () => {
    const world = new World({ graph });
    await world.start(['rpm/none'], 'set');
    await world.settle();
    await world.take(polled(one));
    expect([...world.works.values()].filter((work) => work.kind === 'change.check')).toEqual([]);
    await world.take(polled(two));
    const [check] = [...world.works.values()].filter((work) => work.kind === 'change.check');
    expect(check!.order).toMatchObject({
      kind: 'commit',
      by: 'git',
      components: [{ component: 'rpm/a', commit: two }],
    });
  });
});
