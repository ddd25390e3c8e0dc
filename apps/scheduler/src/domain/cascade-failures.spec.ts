import { verdict } from '../store/testing/outside';
import { World } from '../store/testing/world';

const chain = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'], 'rpm/x': ['rpm/a'] };
const person = (world: World) => ({ release: 'mill', cascade: world.cascade.id, why: 'because', until: null });
const built = (world: World): string[] => world.submitted.map((one) => one.component);

describe('failures', () => {
  const failing = {
    graph: chain,
    build: (one: string, n: number) => (one === 'rpm/b' && n === 1 ? 'failed' : 'complete'),
  } as const;

  it('block only what needs them; the cascade says once who is awaited', async () => {
    const world = new World(failing);
    await world.start('all');
    await world.settle();
    expect(world.states()).toEqual({
      'rpm/a': 'validated',
      'rpm/b': 'failed',
      'rpm/c': 'waiting',
      'rpm/x': 'validated',
    });
    expect(world.cascade.state).toBe('stalled');
    const [stalled, ...more] = world.events('cascade.stalled');
    expect(more).toEqual([]);
    expect(stalled!.data).toMatchObject({ failed: ['rpm/b'], waiting: ['rpm/c'] });
    const [failed] = world.events('rebuild.failed');
    expect(failed!.data).toMatchObject({
      waiting: ['rpm/c'],
      waiting_count: 1,
      owners: ['ada'],
      regression: 'unknown',
    });
    expect((failed!.data as { remedy: string[] }).remedy).toEqual([
      `millrace build make <your checkout> --release mill --cascade ${world.cascade.id}`,
      `millrace cascade retry ${world.cascade.id} rpm/b`,
    ]);
  });

  it('go on after a retry, as another attempt, and the cascade says that it resumed', async () => {
    const world = new World(failing);
    await world.start('all');
    await world.settle();
    await world.take({ type: 'cascade.retry', ...person(world), component: 'rpm/b', sources: {} });
    expect(world.events('cascade.resumed')).toHaveLength(1);
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(world.submitted.filter((one) => one.component === 'rpm/b').map((one) => one.attempt)).toEqual([1, 2]);
  });

  it('of our own are tried again without telling anybody, three times at most', async () => {
    const world = new World({
      ...failing,
      build: (one, n) => (one === 'rpm/b' && n < 3 ? 'infrastructure' : 'complete'),
    });
    await world.start('all');
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(world.events('rebuild.failed')).toEqual([]);
    const broken = new World({ ...failing, build: (one) => (one === 'rpm/b' ? 'infrastructure' : 'complete') });
    await broken.start('all');
    await broken.settle();
    expect(broken.submitted.filter((one) => one.component === 'rpm/b')).toHaveLength(3);
    expect(broken.events('rebuild.failed')).toHaveLength(1);
    expect(broken.store.rows.capacity.get('build-system/local-rpm')!.granted).toEqual([]);
  });

  it('of a component that was validated before are regressions', async () => {
    const world: World = new World({
      graph: { 'rpm/a': [] },
      build: () => (world.cascade.number === 1 ? 'complete' : 'failed'),
    });
    await world.start('all');
    await world.settle();
    await world.change(['rpm/a'], 'set');
    await world.settle();
    expect(world.events('rebuild.failed')[0]!.data).toMatchObject({ regression: 'yes' });
  });

  it('of a call are no failures of the component: comparing and admitting are tried again', async () => {
    const world = new World({ graph: { 'rpm/a': [] }, gate: () => 'silent' });
    await world.start('all');
    await world.settle();
    const { id, attempt } = world.rebuild('rpm/a');
    const fault = { code: 'no-route', kind: 'unavailable', message: 'the resolver is away' } as const;
    await world.take({ type: 'build.broke', release: 'mill', rebuild: id, attempt, step: 'compare', fault });
    expect(world.rebuild('rpm/a').because).toContain('the resolver is away');
    expect([...world.timers.keys()]).toEqual([`step/compare/${id}`]);
  });

  it('of the gate reject the build, name the test and how to waive it', async () => {
    const world = new World({ graph: chain, gate: (one) => (one === 'rpm/b' ? 'failed' : 'passed') });
    await world.start('all');
    await world.settle();
    expect(world.states()).toMatchObject({ 'rpm/b': 'rejected', 'rpm/c': 'waiting', 'rpm/x': 'validated' });
    const [rejected] = world.events('rebuild.rejected');
    const row = world.rebuild('rpm/b');
    expect(rejected!.data).toMatchObject({
      evidence: { class: 'gate' },
      reasons: [{ test: 'millrace.run.functional', text: 'failed', link: null }],
      remedy: expect.arrayContaining([`millrace gate waive ${row.nvr} millrace.run.functional`]),
    });
    await world.take(verdict(row.build!, 'passed', 3));
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(built(world).filter((one) => one === 'rpm/b')).toHaveLength(1);
  });

  it('of the gate that are out of date change nothing', async () => {
    const world = new World({ graph: chain, gate: () => 'silent' });
    await world.start('all');
    await world.settle();
    const { build } = world.rebuild('rpm/a');
    await world.take(verdict(build!, 'passed', 5));
    await world.settle();
    await world.take(verdict(build!, 'failed', 4));
    expect(world.rebuild('rpm/a')).toMatchObject({ state: 'validated', doubtful: false });
  });
});

describe('a verdict that turns after validation', () => {
  it('holds back what was not started, blocks landing, and lets go again', async () => {
    const world = new World({ graph: chain, gate: (one) => (one === 'rpm/b' ? 'silent' : 'passed') });
    await world.start('all');
    await world.settle();
    const a = world.rebuild('rpm/a').build!;
    await world.take(verdict(world.rebuild('rpm/b').build!, 'passed', 2));
    await world.take(verdict(a, 'failed', 9));
    await world.settle();
    expect(world.rebuild('rpm/a')).toMatchObject({ state: 'validated', doubtful: true });
    expect(world.events('rebuild.rejected')).toHaveLength(1);
    expect(world.cascade.state).toBe('stalled');
    await world.take(verdict(a, 'passed', 10));
    await world.settle();
    expect(world.cascade.state).toBe('completed');
  });

  it('takes back a dependant that was only ready', async () => {
    const world = new World({ graph: { 'rpm/a': [], 'rpm/b': ['rpm/a'] }, gate: () => 'silent' });
    await world.start('all');
    await world.settle();
    const a = world.rebuild('rpm/a');
    await world.take(verdict(a.build!, 'passed', 2));
    await world.take({ type: 'cascade.hold', ...person(world), component: null });
    const repository = { number: 1, address: 'file:///side/1', place: 'side' };
    await world.take({ type: 'build.admitted', release: 'mill', rebuild: a.id, attempt: 1, repository });
    expect(world.rebuild('rpm/b').state).toBe('ready');
    await world.take(verdict(a.build!, 'failed', 3));
    expect(world.rebuild('rpm/b')).toMatchObject({ state: 'waiting', open: [a.id] });
  });
});
