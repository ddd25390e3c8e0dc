import { endedBuild, verdict } from '../store/testing/outside';
import { World } from '../store/testing/world';

const chain = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'], 'rpm/x': ['rpm/a'] };
const one = '1'.repeat(40);
const two = '2'.repeat(40);
const wide = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`rpm/p${n}`, [] as string[]]));
const validBefore = (world: World): void => {
  for (const component of Object.keys(world.outside.graph)) {
    const id = `mill/${component}`;
    const row = { release: 'mill', component, build: 'b-0', nvr: 'x-0-1', contents: 'd', cascade: 'c0', generation: 1 };
    world.store.rows.validated.set(id, { id, revision: 1, ...row, source: null });
  }
};
const person = (world: World) => ({ release: 'mill', cascade: world.cascade.id, why: 'because', until: null });

describe('promise 6: a change in the middle of a cascade is folded in', () => {
  it('what was built is built once more, and what was built on it; what has not started stays one build', async () => {
    const world = new World({ graph: chain, gate: (of) => (of === 'rpm/b' ? 'silent' : 'passed') });
    await world.start('all');
    await world.settle();
    expect(world.states()).toEqual({
      'rpm/a': 'validated',
      'rpm/b': 'gating',
      'rpm/c': 'waiting',
      'rpm/x': 'validated',
    });
    expect(await world.change(['rpm/a'], 'commit', two)).toMatchObject({
      outcome: 'cascade',
      cascade: world.cascade.id,
    });
    await world.settle();
    const rows = [...world.store.rows.rebuilds.values()];
    const of = (component: string): string[] =>
      rows.filter((row) => row.component === component).map((row) => `${row.generation} ${row.state}`);
    expect(of('rpm/a')).toEqual(['1 validated', '2 validated']);
    expect(of('rpm/b')).toEqual(['1 cancelled', '2 gating']);
    expect(of('rpm/x')).toEqual(['1 validated', '2 validated']);
    expect(of('rpm/c')).toEqual(['1 waiting']);
    const again = rows.find((row) => row.component === 'rpm/b' && row.generation === 2)!;
    expect(rows.find((row) => row.component === 'rpm/c')!.open).toEqual([again.id]);
    await world.take(verdict(again.build!, 'passed', 9));
    await world.settle();
    expect(world.cascade).toMatchObject({ state: 'completed', number: 1 });
    const last = world.store.rows.validated.get('mill/rpm/a')!;
    expect(last).toMatchObject({ generation: 2, source: { commit: two } });
    expect(world.submitted.filter((build) => build.component === 'rpm/c')).toHaveLength(1);
  });

  it('at most as many times as the policy says: then the change waits for the next cascade', async () => {
    const world = new World({ graph: chain, gate: (of) => (of === 'rpm/c' ? 'silent' : 'passed') });
    await world.start('all');
    await world.settle();
    await world.change(['rpm/a'], 'commit', one);
    await world.settle();
    expect(await world.change(['rpm/a'], 'commit', two)).toMatchObject({ outcome: 'waits' });
  });

  it('not when most of the cascade is done', async () => {
    const definition = { folding: { generations: 2, until: 0.5 } };
    const world = new World({ graph: chain, definition, gate: (of) => (of === 'rpm/c' ? 'silent' : 'passed') });
    await world.start('all');
    await world.settle();
    expect(await world.change(['rpm/a'], 'commit', two)).toMatchObject({ outcome: 'waits' });
  });
});

describe('promise 8: early cut-off', () => {
  const optional = ['rpm/b', 'rpm/c', 'rpm/x'];

  it('leaves out what lost nothing, and through it what needs that', async () => {
    const world = new World({ graph: chain, optional });
    await world.start('all');
    await world.settle();
    expect(world.states()).toEqual({
      'rpm/a': 'validated',
      'rpm/b': 'unneeded',
      'rpm/c': 'unneeded',
      'rpm/x': 'unneeded',
    });
    expect(world.cascade.state).toBe('completed');
    const words = world.rebuild('rpm/b').because;
    expect(words).toContain('rpm/a');
  });

  it('builds what lost something, and only that', async () => {
    const world = new World({ graph: chain, optional, breaks: (of) => (of === 'rpm/a' ? ['rpm/b'] : []) });
    await world.start('all');
    await world.settle();
    expect(world.states()).toMatchObject({ 'rpm/b': 'validated', 'rpm/c': 'unneeded', 'rpm/x': 'unneeded' });
  });

  it('is off where the policy says so', async () => {
    const world = new World({ graph: chain, optional, definition: { cut_off: false } });
    await world.start('all');
    await world.settle();
    expect(new Set(Object.values(world.states()))).toEqual(new Set(['validated']));
  });
});

describe('promise 10: who runs first', () => {
  it('a raised component goes before a longer path', async () => {
    const graph = { 'rpm/alone': [], 'rpm/root': [], 'rpm/top': ['rpm/root'] };
    const world = new World({ graph, definition: { capacity: 1, mode: 'approve' } });
    await world.start('all');
    await world.settle();
    await world.take({ type: 'cascade.raise', ...person(world), component: 'rpm/alone', priority: 50 });
    await world.take({ type: 'cascade.resume', ...person(world), component: null });
    await world.settle();
    expect(world.submitted[0]!.component).toBe('rpm/alone');
  });
});

describe('promise 11: a cascade starts slowly and stops when it loses', () => {
  const first = (n: number, more: object = {}) => ({
    capacity: 100,
    canaries: { first: n, stop_loss: 0.5, least: 10, ...more },
  });

  it('a few run at first, more as they end', async () => {
    const world = new World({ graph: wide, definition: first(2), gate: () => 'silent' });
    await world.start('all');
    await world.take({ type: 'capacity.known', system: 'local-rpm', limit: 100 });
    await world.settle();
    const gating = (): string[] => Object.keys(world.states()).filter((name) => world.states()[name] === 'gating');
    expect(gating()).toHaveLength(2);
    for (const name of gating()) await world.take(verdict(world.rebuild(name).build!, 'passed', 3));
    await world.settle();
    expect(gating()).toHaveLength(4);
  });

  it('holds itself when too many of the first fail that were well before, until a person lets it go on', async () => {
    const world = new World({ graph: wide, definition: { ...first(0), capacity: 1 }, build: () => 'failed' });
    validBefore(world);
    await world.start('all');
    await world.settle();
    expect(world.cascade).toMatchObject({ state: 'held', ramp: { ends: 10, losses: 10 } });
    expect(world.events('cascade.held')).toHaveLength(1);
    expect(world.submitted).toHaveLength(10);
    await world.take({ type: 'cascade.resume', ...person(world), component: null });
    await world.settle();
    expect(world.submitted).toHaveLength(40);
    expect(world.cascade.state).toBe('stalled');
  });

  it('goes on when what fails had never been built well', async () => {
    const world = new World({ graph: wide, definition: first(0), build: () => 'failed' });
    await world.start('all');
    await world.settle();
    expect(world.cascade.state).toBe('stalled');
  });
});

describe('a build system that is down', () => {
  it('gets one trial at a time, blames nobody, and all goes on when it is back', async () => {
    let down = true;
    const world = new World({
      graph: wide,
      definition: { capacity: 3 },
      build: () => (down ? 'infrastructure' : 'complete'),
    });
    await world.start('all');
    await world.settle(undefined, 400).catch(() => undefined);
    const row = world.store.rows.capacity.get('build-system/local-rpm')!;
    expect(row.downSince).not.toBeNull();
    expect(world.events('rebuild.failed')).toEqual([]);
    down = false;
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(world.store.rows.capacity.get('build-system/local-rpm')).toMatchObject({ downSince: null, granted: [] });
  });
});

describe('people', () => {
  it('add a component to a running cascade', async () => {
    const world = new World({ graph: chain, gate: () => 'silent' });
    await world.start(['rpm/b'], 'set');
    await world.settle();
    await world.take({ type: 'cascade.add', ...person(world), component: 'rpm/x', source: null });
    await world.settle();
    expect(world.states()).toEqual({ 'rpm/b': 'gating', 'rpm/x': 'gating' });
    const refusal = await world.refused({ type: 'cascade.add', ...person(world), component: 'rpm/x', source: null });
    expect(refusal.code).toBe('rebuild-known');
  });

  it('take out what has not started', async () => {
    const world = new World({ graph: chain, gate: (of) => (of === 'rpm/a' ? 'silent' : 'passed') });
    await world.start('all');
    await world.settle();
    await world.take({ type: 'cascade.remove', ...person(world), component: 'rpm/b' });
    expect((await world.refused({ type: 'cascade.remove', ...person(world), component: 'rpm/a' })).code).toBe(
      'rebuild-state',
    );
    await world.take(verdict(world.rebuild('rpm/a').build!, 'passed', 3));
    await world.settle();
    expect(world.states()).toMatchObject({ 'rpm/b': 'skipped', 'rpm/c': 'validated' });
  });
});

describe('durations', () => {
  it('are learned from complete builds', async () => {
    const world = new World({ graph: { 'rpm/a': [] } });
    await world.start('all');
    await world.settle();
    expect(world.store.rows.durations.get('mill/rpm/a')).toMatchObject({ recent: [1000], typical: 1000 });
    expect(endedBuild('b', 'rpm/a', 'failed', 1).status.state).toBe('failed');
  });
});
