import { endedBuild } from '../store/testing/outside';
import { World } from '../store/testing/world';
import { explainCascade } from './explain';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'], 'rpm/x': [] };
const commit = (digit: string): string => digit.repeat(40);
const nothing = { finish: null, chain: [], builderHours: 0, builderHoursLeft: 0, stuck: 0 };

/** A build of `b` that somebody made against the cascade's `a`. */
async function byHand(world: World, ref: string, minute: string, more = {}): Promise<void> {
  const inputs = [`rpm/a|${world.rebuild('rpm/a').build}`];
  const status = { origin: 'hand' as const, submittedBy: 'ada', endedAt: `2026-01-01T00:${minute}:00.000Z`, ...more };
  const ended = endedBuild(ref, 'rpm/b', 'complete', 1, { status, inputs });
  await world.take({ type: 'hand.ended', release: 'mill', ended });
}

async function failedAtB(roots: readonly string[] | 'all' = 'all'): Promise<World> {
  const build = (one: string) => (one === 'rpm/b' ? 'failed' : 'complete');
  const world = new World({ graph, build, gate: (one) => (one === 'rpm/b' ? 'silent' : 'passed') });
  await world.start(roots);
  await world.settle();
  return world;
}

describe('a fix made by hand', () => {
  it('that was made before what it needs was validated is judged once more, and nothing is submitted', async () => {
    const gates = new Map<string, 'silent'>([['rpm/a', 'silent']]);
    const world = new World({ graph, gate: (one) => gates.get(one) ?? 'passed' });
    await world.start('all');
    await world.settle();
    expect(world.rebuild('rpm/a').state).toBe('gating');
    await byHand(world, 'hand-old', '20', { nvr: 'b-1-7' });
    await byHand(world, 'hand-1', '30', { nvr: 'b-1-8' });
    expect(world.store.rows.builds.get('hand-1')).toMatchObject({
      standing: 'seen',
      because: expect.stringContaining('not validated yet'),
    });
    const test = { test: 't', state: 'passed', text: '', result: 1, waiver: null, link: null } as const;
    const about = { build: world.rebuild('rpm/a').build!, decision: 'passed', verdictRevision: 9 } as const;
    await world.take({ type: 'verdict.decided', release: 'mill', ...about, reasons: [test] });
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(world.rebuild('rpm/b')).toMatchObject({ build: 'hand-1', nvr: 'b-1-8', origin: 'hand', resumed: true });
    expect(world.submitted.filter((one) => one.component === 'rpm/b')).toEqual([]);
  });

  it('that was made too early against something else is left, and the rebuild starts', async () => {
    const gates = new Map<string, 'silent'>([['rpm/a', 'silent']]);
    const world = new World({ graph, gate: (one) => gates.get(one) ?? 'passed' });
    await world.start('all');
    await world.settle();
    const status = { origin: 'hand' as const, submittedBy: 'ada', endedAt: '2026-01-01T00:20:00.000Z' };
    const ended = endedBuild('hand-1', 'rpm/b', 'complete', 1, { status, inputs: ['rpm/a|another'] });
    await world.take({ type: 'hand.ended', release: 'mill', ended });
    const test = { test: 't', state: 'passed', text: '', result: 1, waiver: null, link: null } as const;
    const about = { build: world.rebuild('rpm/a').build!, decision: 'passed', verdictRevision: 9 } as const;
    await world.take({ type: 'verdict.decided', release: 'mill', ...about, reasons: [test] });
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(world.rebuild('rpm/b')).toMatchObject({ origin: 'cascade' });
  });

  it('is adopted whatever its release number is', async () => {
    const world = await failedAtB();
    await byHand(world, 'hand-1', '20', { nvr: 'b-1-99.other.fc44' });
    expect(world.rebuild('rpm/b')).toMatchObject({ state: 'gating', nvr: 'b-1-99.other.fc44', resumed: true });
  });

  it('that was built twice counts as it was built last, in whatever order it is seen', async () => {
    const world = await failedAtB();
    await byHand(world, 'hand-1', '20');
    await byHand(world, 'hand-2', '30');
    expect(world.rebuild('rpm/b')).toMatchObject({ state: 'gating', build: 'hand-2' });
    expect(world.store.rows.builds.get('hand-1')).toMatchObject({ state: 'superseded' });
    await byHand(world, 'hand-0', '10');
    expect(world.rebuild('rpm/b').build).toBe('hand-2');
    expect(world.store.rows.builds.get('hand-0')).toMatchObject({
      standing: 'seen',
      because: expect.stringContaining('is newer and at its gate'),
    });
  });

  it('that came before the failure was noticed takes the place of the build that would fail', async () => {
    let runs = true;
    const running = (one: string) => (one === 'rpm/b' && runs ? ('building' as const) : null);
    const world = new World({ graph, running, build: (one) => (one === 'rpm/b' ? 'failed' : 'complete') });
    await world.start('all');
    await world.settle();
    const own = world.rebuild('rpm/b').build!;
    await byHand(world, 'hand-1', '20');
    runs = false;
    await world.settle();
    expect(world.store.rows.builds.get(own)).toMatchObject({ state: 'superseded' });
    expect(world.cascade.state).toBe('completed');
    expect(world.events('rebuild.failed')).toEqual([]);
  });
});

describe('a build made by hand of what is validated already', () => {
  const silentAtC = (one: string) => (one === 'rpm/c' ? ('silent' as const) : ('passed' as const));
  const later = { endedAt: '2026-01-02T00:00:00.000Z', nvr: 'b-1-9' };

  async function midway(): Promise<World> {
    const definition = { folding: { generations: 2, until: 0.9 } };
    const world = new World({ graph, definition, gate: silentAtC });
    await world.start('all');
    await world.settle();
    expect(world.states()).toMatchObject({ 'rpm/b': 'validated', 'rpm/c': 'gating' });
    return world;
  }

  const newest = (world: World, component: string) =>
    [...world.store.rows.rebuilds.values()].filter((row) => row.component === component).at(-1)!;

  it('takes its place as its next generation when it is newer, and what was built on the old one is built again', async () => {
    const world = await midway();
    await byHand(world, 'hand-1', '20', later);
    await world.settle();
    expect(newest(world, 'rpm/b')).toMatchObject({
      generation: 2,
      state: 'validated',
      build: 'hand-1',
      origin: 'hand',
    });
    expect(newest(world, 'rpm/c')).toMatchObject({ generation: 2, state: 'gating' });
    expect(world.submitted.filter((one) => one.component === 'rpm/b')).toHaveLength(1);
    expect(world.store.rows.builds.get('hand-1')).toMatchObject({ standing: 'adopted' });
  });

  it('is the fix of what came into doubt, however much is done', async () => {
    const world = await midway();
    const about = { build: world.rebuild('rpm/b').build!, decision: 'failed', verdictRevision: 9 } as const;
    await world.take({ type: 'verdict.decided', release: 'mill', ...about, reasons: [] });
    await world.settle();
    expect(world.cascade.doubtful).toBe(1);
    await byHand(world, 'hand-1', '20', later);
    await world.settle();
    expect(newest(world, 'rpm/b')).toMatchObject({ generation: 2, state: 'validated', build: 'hand-1' });
    expect(world.cascade.doubtful).toBe(0);
  });

  it('is only seen when it is older, was built with something else, or comes once too often; and it says why', async () => {
    const world = await midway();
    const standing = (ref: string) => world.store.rows.builds.get(ref);
    await byHand(world, 'hand-0', '20', { endedAt: '2025-12-31T00:00:00.000Z' });
    expect(standing('hand-0')).toMatchObject({ standing: 'seen', because: expect.stringContaining('is newer') });
    const status = { origin: 'hand' as const, submittedBy: 'ada', ...later };
    const ended = endedBuild('hand-1', 'rpm/b', 'complete', 1, { status, inputs: ['rpm/a|another'] });
    await world.take({ type: 'hand.ended', release: 'mill', ended });
    expect(standing('hand-1')).toMatchObject({
      standing: 'seen',
      because: expect.stringContaining('millrace build make'),
    });
    await byHand(world, 'hand-2', '20', later);
    await world.settle();
    await byHand(world, 'hand-3', '20', { endedAt: '2026-01-03T00:00:00.000Z' });
    expect(standing('hand-3')).toMatchObject({
      standing: 'seen',
      because: expect.stringContaining('generation 2 of at most 2'),
    });
  });
});

describe('a cascade whose root changed once more', () => {
  async function midway(): Promise<World> {
    const world = new World({ graph, gate: (one) => (one === 'rpm/c' ? 'silent' : 'passed') });
    await world.start(['rpm/a', 'rpm/b', 'rpm/c', 'rpm/x'], 'set', commit('1'));
    await world.settle();
    return world;
  }

  it('says so, and builds only what the change touches once more', async () => {
    const world = await midway();
    await world.change(['rpm/b'], 'commit', commit('2'));
    await world.settle();
    expect(world.cascade.superseded).toMatchObject([
      { component: 'rpm/b', because: expect.stringContaining('commit 22222222') },
    ]);
    expect(explainCascade(world.cascade, [], nothing).join('\n')).toContain('Its root rpm/b was superseded at');
    const again = [...world.store.rows.rebuilds.values()].filter((row) => row.generation === 2);
    expect(again.map((row) => row.component).sort()).toEqual(['rpm/b', 'rpm/c']);
  });

  it('by a change that was taken back is built from what it was before, as any other', async () => {
    const world = await failedAtB(['rpm/a', 'rpm/b']);
    await world.change(['rpm/b'], 'commit', commit('2'));
    expect(world.rebuild('rpm/b')).toMatchObject({ attempt: 2, source: { commit: commit('2') } });
    expect(world.cascade.superseded?.[0]?.because).toContain('built again from the new source');
  });
});

describe('a stalled cascade', () => {
  it('goes on when a component that was validated in it changes once more', async () => {
    const build = (one: string) => (one === 'rpm/x' ? 'failed' : 'complete');
    const world = new World({ graph, build, definition: { folding: { generations: 2, until: 1 } } });
    await world.start(['rpm/a', 'rpm/b', 'rpm/x'], 'set', commit('1'));
    await world.settle();
    expect(world.cascade.state).toBe('stalled');
    await world.change(['rpm/a'], 'commit', commit('2'));
    await world.settle();
    const again = [...world.store.rows.rebuilds.values()].filter((row) => row.generation === 2);
    expect(again.map((row) => [row.component, row.state]).sort()).toEqual([
      ['rpm/a', 'validated'],
      ['rpm/b', 'validated'],
    ]);
    expect(world.cascade).toMatchObject({ state: 'stalled', problem: 'rpm/x must be fixed' });
  });
});
