import { releaseDefinition, type ChangeKind, type ReleaseDefinition, type Urgency } from '@millrace/contracts';
import { World } from '../store/testing/world';
import { definitionOf } from '../store/testing/outside';
import type { ReportedChange } from './input';
import type { ChangeReply } from './changes';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/old-c': [] };
const commit = (letter: string) => letter.repeat(40);

interface Reported {
  readonly kind?: ChangeKind;
  readonly urgency?: Urgency;
  readonly by?: string;
  readonly commit?: string;
  readonly asked?: boolean;
}

async function worldOf(more: Partial<Record<keyof ReleaseDefinition, unknown>>): Promise<World> {
  const world = new World({ graph });
  await define(world, more);
  await world.take({ type: 'capacity.known', system: 'local-rpm', limit: 2 });
  return world;
}

function define(world: World, more: Partial<Record<keyof ReleaseDefinition, unknown>>): Promise<unknown> {
  const definition = releaseDefinition.parse({ ...definitionOf(), ...more });
  return world.take({ type: 'release.apply', release: 'mill', definition, why: '' });
}

async function report(world: World, components: readonly string[], more: Reported = {}): Promise<ChangeReply> {
  const { kind = 'commit', urgency = 'normal', by = 'git', asked = false } = more;
  const change: ReportedChange = {
    ...{ id: null, release: 'mill', kind, all: false, unknown: [], urgency, by, why: 'a test' },
    components: components.map((component) => ({
      component,
      source: more.commit ? { kind: 'git', url: `file:///git/${component}`, commit: more.commit } : null,
      nvr: null,
    })),
  };
  return (await world.take({ type: 'change.reported', release: 'mill', change, asked })) as ChangeReply;
}

const rows = (world: World) => [...world.store.rows.changes.values()];

describe('rules of a release', () => {
  const rules = [
    { kinds: ['commit'], urgencies: ['security'], outcome: 'start', reason: 'security never waits' },
    { components: ['rpm/old-*'], outcome: 'ignore', reason: 'nobody uses it' },
    { by: ['github:*'], outcome: 'approve', reason: 'somebody looks first' },
  ];

  it('the first that matches decides, and its reason is kept', async () => {
    const world = await worldOf({ triggers: { rules } });
    expect(await report(world, ['rpm/old-c'])).toMatchObject({
      outcome: 'ignored',
      because: expect.stringContaining('nobody uses it'),
    });
    expect(await report(world, ['rpm/a'], { by: 'github:eve' })).toMatchObject({ outcome: 'waits' });
    expect(await report(world, ['rpm/old-c'], { urgency: 'security' })).toMatchObject({ outcome: 'cascade' });
    expect(rows(world).map((row) => row.rule?.reason)).toEqual([
      'nobody uses it',
      'somebody looks first',
      'security never waits',
    ]);
    expect(world.events('change.detected').map((event) => (event.data as { rule?: object }).rule)).toEqual([
      { outcome: 'ignore', reason: 'nobody uses it' },
      { outcome: 'approve', reason: 'somebody looks first' },
      { outcome: 'start', reason: 'security never waits' },
    ]);
  });

  it('what is ignored is dropped from a change, and the rest goes on', async () => {
    const world = await worldOf({ triggers: { rules } });
    expect(await report(world, ['rpm/a', 'rpm/old-c'])).toMatchObject({ outcome: 'cascade' });
    expect(world.cascade.roots).toEqual(['rpm/a']);
    expect(rows(world)[0]).toMatchObject({
      dropped: [{ component: 'rpm/old-c', because: expect.stringContaining('nobody uses it') }],
    });
  });

  it('a change that waits for approval starts nothing until somebody approves it', async () => {
    const world = await worldOf({ triggers: { rules } });
    const { change } = await report(world, ['rpm/a'], { by: 'github:eve' });
    await world.settle();
    expect(world.store.rows.cascades.size).toBe(0);
    const approved = await world.take({ type: 'change.approve', release: 'mill', change, why: 'good' }, 'ada');
    expect(approved).toMatchObject({ outcome: 'cascade' });
    expect(rows(world)[0]).toMatchObject({
      decided: { approved: true, by: 'ada', why: 'good' },
      rule: { outcome: 'approve' },
    });
    await world.settle();
    expect(world.cascade.state).toBe('completed');
  });

  it('a rejected change is ignored, with who and why; nobody decides twice', async () => {
    const world = await worldOf({ triggers: { rules } });
    const { change } = await report(world, ['rpm/a'], { by: 'github:eve' });
    await world.take({ type: 'change.reject', release: 'mill', change, why: 'not now' }, 'ada');
    expect(rows(world)[0]).toMatchObject({ outcome: 'ignored', because: 'ada rejected it: not now' });
    const input = { type: 'change.approve', release: 'mill', change, why: '' } as const;
    expect(await world.refused(input)).toMatchObject({ code: 'change-state', kind: 'conflict' });
    expect(await world.refused({ ...input, change: 'ch-no' })).toMatchObject({
      code: 'change-unknown',
      kind: 'missing',
    });
  });

  it('an approved change waits for the running cascade like any other', async () => {
    const world = await worldOf({ triggers: { rules } });
    const { change } = await report(world, ['rpm/b'], { by: 'github:eve' });
    await report(world, ['rpm/a']);
    expect(await world.take({ type: 'change.approve', release: 'mill', change, why: '' })).toMatchObject({
      outcome: 'waits',
    });
    await world.settle();
    expect(world.store.rows.changes.get(change)).toMatchObject({ outcome: 'cascade', cascade: world.cascade.id });
    expect(world.cascade).toMatchObject({ number: 2, state: 'completed' });
  });

  it('a snapshot starts nothing without a rule for it', async () => {
    const world = await worldOf({});
    const none = await report(world, ['rpm/a'], { kind: 'snapshot' });
    expect(none).toMatchObject({ outcome: 'ignored', because: expect.stringContaining('triggers.rules') });
    await define(world, { triggers: { rules: [{ kinds: ['snapshot'], outcome: 'start', reason: 'heal' }] } });
    expect(await report(world, ['rpm/a'], { kind: 'snapshot' })).toMatchObject({ outcome: 'cascade' });
    expect(world.events('change.detected').at(-1)!.data).toMatchObject({ kind: 'missing', trigger: 'snapshot' });
  });

  it('a new definition is looked at for what waits', async () => {
    const world = await worldOf({ freezes: [freeze({})] });
    await report(world, ['rpm/a']);
    await define(world, {});
    await world.settle();
    expect(world.cascade.state).toBe('completed');
  });
});

function freeze(more: object) {
  const times = { from: '2025-12-31T00:00:00Z', until: '2026-01-02T00:00:00Z' };
  return { name: 'new year', ...times, reason: 'nobody is here', ...more };
}

describe('freezes', () => {
  it('a change in a freeze waits until it ends, and says why', async () => {
    const world = await worldOf({ freezes: [freeze({})] });
    expect(await report(world, ['rpm/a'])).toMatchObject({
      outcome: 'waits',
      because: expect.stringMatching(/'new year' until 2026-01-02T00:00:00.000Z: nobody is here/),
    });
    expect(rows(world)[0]).toMatchObject({ waitsFor: 'freeze', until: '2026-01-02T00:00:00.000Z' });
    await world.settle();
    expect(world.cascade).toMatchObject({ number: 1, state: 'completed' });
    expect(world.cascade.startedAt >= '2026-01-02').toBe(true);
  });

  it('holds only the components that it names, and only its time', async () => {
    const world = await worldOf({
      freezes: [freeze({ components: ['rpm/b'] }), freeze({ until: '2025-12-31T12:00:00Z' })],
    });
    expect(await report(world, ['rpm/a'])).toMatchObject({ outcome: 'cascade' });
  });

  it('a freeze of landing lets changes start', async () => {
    const world = await worldOf({ freezes: [freeze({ what: 'landing' })] });
    expect(await report(world, ['rpm/a'])).toMatchObject({ outcome: 'cascade' });
  });

  it('security passes where the freeze says so', async () => {
    const world = await worldOf({ freezes: [freeze({ security: 'pass' })] });
    expect(await report(world, ['rpm/a'], { urgency: 'security' })).toMatchObject({ outcome: 'cascade' });
    const strict = await worldOf({ freezes: [freeze({})] });
    expect(await report(strict, ['rpm/a'], { urgency: 'security' })).toMatchObject({ outcome: 'waits' });
  });

  it('of several changes those start whose freeze has ended', async () => {
    const until = '2026-01-03T00:00:00Z';
    const world = await worldOf({
      freezes: [freeze({ components: ['rpm/a'] }), freeze({ components: ['rpm/b'], until })],
    });
    await report(world, ['rpm/b']);
    await report(world, ['rpm/a']);
    await world.settle();
    const cascades = [...world.store.rows.cascades.values()].map((one) => [one.startedAt.slice(0, 10), one.roots]);
    expect(cascades).toEqual([
      ['2026-01-02', ['rpm/a']],
      ['2026-01-03', ['rpm/b']],
    ]);
  });

  it('one that begins while changes gather holds them', async () => {
    const from = '2026-01-01T00:00:05Z';
    const world = await worldOf({ freezes: [freeze({ from })], triggers: { lull: '30s' } });
    await report(world, ['rpm/a']);
    await world.settle();
    expect(world.cascade.startedAt >= '2026-01-02').toBe(true);
    expect(world.events('change.detected').map((event) => (event.data as { waits_for?: string }).waits_for)).toEqual([
      'lull',
      'freeze',
      undefined,
    ]);
  });
});

describe('freezes and the running cascade', () => {
  it('a freeze of landing holds back what is settled, and says so', async () => {
    const world = await worldOf({ freezes: [freeze({ what: 'landing' })] });
    await report(world, ['rpm/a']);
    await world.rest();
    expect(world.cascade).toMatchObject({
      state: 'running',
      problem: expect.stringMatching(/does not land yet.*new year/),
    });
    await world.settle();
    expect(world.cascade).toMatchObject({ state: 'completed', landed: true });
    expect(world.cascade.endedAt! >= '2026-01-02').toBe(true);
  });

  it('lifted by a new definition, lets it land at once', async () => {
    const world = await worldOf({ freezes: [freeze({ what: 'landing' })] });
    await report(world, ['rpm/a']);
    await world.rest();
    await define(world, {});
    await world.rest();
    expect(world.cascade.state).toBe('completed');
  });

  it('a fix of what failed in the running cascade waits for the end of a freeze, and then goes into that cascade', async () => {
    const world = new World({ graph, build: (_, attempt) => (attempt === 1 ? 'failed' : 'complete') });
    await define(world, {});
    await world.take({ type: 'capacity.known', system: 'local-rpm', limit: 2 });
    await report(world, ['rpm/a'], { commit: commit('a') });
    await world.settle();
    expect(world.cascade.state).toBe('stalled');
    await define(world, { freezes: [freeze({})] });
    expect(await report(world, ['rpm/a'], { commit: commit('b') })).toMatchObject({ outcome: 'waits' });
    await world.settle();
    expect(world.store.rows.cascades.size).toBe(1);
    expect(world.cascade).toMatchObject({ state: 'completed' });
    expect(rows(world).at(-1)).toMatchObject({ outcome: 'cascade', cascade: world.cascade.id });
  });
});

describe('a change while a cascade runs', () => {
  const busy = async (triggers: object) => {
    const world = new World({ graph, gate: (component) => (component === 'rpm/a' ? 'silent' : 'passed') });
    await define(world, { triggers });
    await world.take({ type: 'capacity.known', system: 'local-rpm', limit: 2 });
    await report(world, ['rpm/a', 'rpm/b']);
    await world.settle();
    return world;
  };

  it('waits for its end', async () => {
    const world = await busy({});
    expect(await report(world, ['rpm/old-c'])).toMatchObject({
      outcome: 'waits',
      because: expect.stringContaining(world.cascade.id),
    });
  });

  it('is folded into it where the release says so', async () => {
    const world = await busy({ concurrent: 'fold' });
    const { id } = world.cascade;
    const reply = await report(world, ['rpm/old-c'], { commit: commit('c') });
    expect(reply).toMatchObject({ outcome: 'cascade', cascade: id });
    await world.settle();
    expect(world.rebuild('rpm/old-c')).toMatchObject({
      cascade: id,
      state: 'validated',
      source: { commit: commit('c') },
      planned: expect.stringMatching(/changed while the cascade ran/),
    });
  });
});

describe('the settle time', () => {
  it('has an upper bound', async () => {
    const world = await worldOf({ triggers: { lull: '10s', lull_max: '25s' } });
    for (let n = 0; n < 4; n++) {
      await report(world, ['rpm/a'], { commit: commit(String(n)) });
      await world.pass(8_000);
    }
    await world.settle();
    const [first] = [...world.store.rows.cascades.values()];
    expect(Date.parse(first!.startedAt) - Date.parse(rows(world)[0]!.at)).toBeLessThan(26_000);
    expect(rows(world).filter((row) => row.cascade === first!.id)).toHaveLength(4);
    expect(world.rebuild('rpm/a').source).toMatchObject({ commit: commit('3') });
  });

  it('security does not wait for it, and takes along what does', async () => {
    const world = await worldOf({ triggers: { lull: '1h' } });
    expect(await report(world, ['rpm/a'])).toMatchObject({ outcome: 'waits' });
    expect(await report(world, ['rpm/b'], { urgency: 'security' })).toMatchObject({ outcome: 'cascade' });
    expect(world.cascade.roots).toEqual(['rpm/a', 'rpm/b']);
  });

  it('a person who asks does not wait for it', async () => {
    const world = await worldOf({ triggers: { lull: '1h' } });
    expect(await report(world, ['rpm/a'], { asked: true })).toMatchObject({ outcome: 'cascade' });
  });
});

describe('pushes', () => {
  const push = (id: string, head: string, before: string | null) => ({
    type: 'push.received' as const,
    ...{ release: 'mill', message: { source: 'github', id }, by: 'github:ada', why: 'a push', before },
    pushes: [{ component: 'rpm/a', url: 'file:///git/a', commit: head }],
  });
  const poll = (head: string) => ({
    type: 'sources.polled' as const,
    release: 'mill',
    heads: [{ component: 'rpm/a', url: 'file:///git/a', commit: head }],
  });
  const checks = (world: World) => [...world.works.values()].filter((work) => work.kind === 'change.check');

  it('are one change, whether polling sees the same commit before or after', async () => {
    const world = await worldOf({});
    await world.take(poll(commit('a')));
    expect(await world.take(push('1', commit('b'), commit('a')))).toMatchObject({ outcome: 'accepted' });
    await world.take(poll(commit('b')));
    expect(checks(world)).toHaveLength(1);
    await world.take(poll(commit('c')));
    expect(await world.take(push('2', commit('c'), commit('b')))).toMatchObject({ outcome: 'ignored', change: null });
    expect(checks(world)).toHaveLength(2);
  });

  it('that come late change nothing, nor does a look that began before', async () => {
    const world = await worldOf({});
    await world.take(push('2', commit('c'), commit('b')));
    expect(await world.take(push('1', commit('b'), commit('a')))).toMatchObject({
      outcome: 'ignored',
      because: expect.stringContaining('followed by cccccccc'),
    });
    await world.take(poll(commit('b')));
    expect(checks(world)).toHaveLength(1);
    expect(world.store.rows.sources.get('mill/rpm/a')).toMatchObject({ commit: commit('c') });
  });

  it('that set a branch back are changes', async () => {
    const world = await worldOf({});
    await world.take(push('1', commit('b'), commit('a')));
    await world.take(push('2', commit('c'), commit('b')));
    expect(await world.take(push('3', commit('b'), commit('c')))).toMatchObject({ outcome: 'accepted' });
  });
});
