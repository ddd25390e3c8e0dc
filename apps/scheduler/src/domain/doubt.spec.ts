import { verdict } from '../store/testing/outside';
import { World } from '../store/testing/world';
import type { WithdrawnBuild } from './watch-input';

const chain = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'], 'rpm/d': ['rpm/c'], 'rpm/x': [] };
const silentAt = (silent: string) => (one: string) => (one === silent ? ('silent' as const) : ('passed' as const));

/** `a` and `b` are validated, `c` is at its gate, `d` waits. */
async function midway(): Promise<World> {
  const world = new World({ graph: chain, gate: silentAt('rpm/c') });
  await world.start('all');
  await world.settle();
  expect(world.states()).toMatchObject({ 'rpm/b': 'validated', 'rpm/c': 'gating', 'rpm/d': 'waiting' });
  return world;
}

async function withdraw(world: World, component: string, how: WithdrawnBuild['how'] = 'untagged'): Promise<void> {
  const { build: ref, nvr } = world.rebuild(component);
  const withdrawn = { ref, nvr, component, how, from: 'mill-build', by: 'bob' };
  await world.take({ type: 'build.withdrawn', release: 'mill', withdrawn });
  await world.settle();
}

interface Doubted {
  readonly component: string;
  readonly doubtful: boolean;
  readonly because: string;
  readonly root: string;
  readonly standing: readonly string[];
  readonly standing_count: number;
}

const doubted = (world: World, on = true) =>
  world
    .events('rebuild.doubted')
    .map((one) => one.data as Doubted)
    .filter((one) => one.doubtful === on);

describe('a build that was taken away (promise 1)', () => {
  it('is in doubt, and so is everything that stands on it, running or finished; all are told', async () => {
    const world = await midway();
    await withdraw(world, 'rpm/a');
    expect(world.store.rows.builds.get(world.rebuild('rpm/a').build!)).toMatchObject({ state: 'withdrawn' });
    expect(doubted(world)).toMatchObject([
      {
        component: 'rpm/a',
        root: 'rpm/a',
        because: expect.stringContaining('was untagged from mill-build by bob'),
        standing: ['rpm/b', 'rpm/c'],
        standing_count: 2,
      },
    ]);
    expect(world.rebuild('rpm/b')).toMatchObject({ state: 'validated', doubtful: true });
    expect(world.cascade.doubtful).toBe(2);
  });

  it('lets nothing new start above it, cancels nothing, and lands nothing', async () => {
    const world = await midway();
    await withdraw(world, 'rpm/a', 'deleted');
    await world.take(verdict(world.rebuild('rpm/c').build!, 'passed', 3));
    await world.settle();
    expect(world.rebuild('rpm/c')).toMatchObject({ state: 'validated', doubtful: true });
    expect(world.states()).toMatchObject({ 'rpm/d': 'waiting', 'rpm/x': 'validated' });
    expect(world.cascade).toMatchObject({ state: 'stalled', doubtful: 3 });
    expect(world.cascade.problem).toContain('rpm/a');
  });

  it('is built once more when a person asks for it, with all that stood on it, and then the cascade lands', async () => {
    const world = await midway();
    await withdraw(world, 'rpm/a');
    const about = { release: 'mill', cascade: world.cascade.id, why: 'it is gone', sources: {} };
    const reply = await world.take({ type: 'cascade.retry', ...about, component: 'rpm/a' });
    expect(reply).toMatchObject({ done: true });
    await world.settle();
    const again = [...world.store.rows.rebuilds.values()].filter((row) => row.generation === 2);
    expect(again.map((row) => [row.component, row.state]).sort()).toEqual([
      ['rpm/a', 'validated'],
      ['rpm/b', 'validated'],
      ['rpm/c', 'gating'],
    ]);
    await world.take(verdict(again.find((row) => row.component === 'rpm/c')!.build!, 'passed', 3));
    await world.settle();
    expect(world.cascade).toMatchObject({ state: 'completed', doubtful: 0 });
  });

  it('while its gate is asked is rejected', async () => {
    const world = await midway();
    await withdraw(world, 'rpm/c', 'blocked');
    expect(world.rebuild('rpm/c')).toMatchObject({ state: 'rejected', evidence: { stage: 'withdrawn' } });
    expect(world.events('rebuild.rejected')).toHaveLength(1);
  });

  it('is found by its name where the build system does not know its number; one of nobody changes nothing', async () => {
    const world = await midway();
    const { nvr } = world.rebuild('rpm/b');
    const about = { ref: null, how: 'untagged', from: 'mill', by: null } as const;
    await world.take({ type: 'build.withdrawn', release: 'mill', withdrawn: { ...about, component: 'rpm/b', nvr } });
    await world.take({
      type: 'build.withdrawn',
      release: 'mill',
      withdrawn: { ...about, component: 'rpm/q', nvr: 'q-1-1' },
    });
    await world.settle();
    expect(doubted(world)).toMatchObject([{ component: 'rpm/b', standing: ['rpm/c'] }]);
  });
});

describe('a verdict that turns (promise 1)', () => {
  it('marks what stands on it until it turns back', async () => {
    const world = await midway();
    const a = world.rebuild('rpm/a');
    await world.take(verdict(a.build!, 'failed', 9));
    await world.settle();
    expect(doubted(world)).toMatchObject([{ component: 'rpm/a', standing: ['rpm/b', 'rpm/c'] }]);
    await world.take(verdict(a.build!, 'passed', 10));
    await world.settle();
    expect(doubted(world, false)).toMatchObject([{ component: 'rpm/a', standing: ['rpm/b', 'rpm/c'] }]);
    expect(world.cascade.doubting).toEqual({});
    expect(world.cascade).toMatchObject({ state: 'running', doubtful: 0 });
    await world.take(verdict(world.rebuild('rpm/c').build!, 'passed', 3));
    await world.settle();
    expect(world.cascade.state).toBe('completed');
  });

  it('keeps the verdict that let its dependants start, with its time', async () => {
    const world = await midway();
    const { passed, build } = world.rebuild('rpm/a');
    expect(passed).toMatchObject({ revision: 2, at: expect.stringMatching(/^2026-/) });
    await world.take(verdict(build!, 'failed', 9));
    expect(world.rebuild('rpm/a')).toMatchObject({ passed, verdict: 'failed', verdictRevision: 9 });
  });

  it('does not end the doubt of a build that is gone', async () => {
    const world = await midway();
    await withdraw(world, 'rpm/a');
    await world.take(verdict(world.rebuild('rpm/a').build!, 'passed', 9));
    await world.settle();
    expect(world.rebuild('rpm/a').doubtful).toBe(true);
  });
});

describe('a doubt about a hub', () => {
  const many = Object.fromEntries(Array.from({ length: 450 }, (_, n) => [`rpm/p${n}`, ['rpm/hub']]));

  it('that dooms hundreds is told once, with their count and the first of them', async () => {
    const world = new World({ graph: { 'rpm/hub': [], ...many, 'rpm/last': [] }, gate: silentAt('rpm/last') });
    await world.start('all');
    await world.settle();
    await world.take(verdict(world.rebuild('rpm/hub').build!, 'failed', 9));
    await world.settle();
    expect(doubted(world)).toMatchObject([{ component: 'rpm/hub', standing_count: 450 }]);
    expect(doubted(world)[0]!.standing).toHaveLength(200);
    expect(world.cascade.doubtful).toBe(451);
  });

  it('is told when nothing stands on it, and in a stalled cascade that names it then', async () => {
    const build = (one: string) => (one === 'rpm/y' ? 'failed' : 'complete');
    const world = new World({ graph: { 'rpm/x': [], 'rpm/y': [] }, build });
    await world.start('all');
    await world.settle();
    expect(world.cascade).toMatchObject({ state: 'stalled', problem: 'rpm/y must be fixed' });
    await withdraw(world, 'rpm/x');
    expect(doubted(world)).toMatchObject([{ component: 'rpm/x', standing_count: 0 }]);
    expect(world.cascade).toMatchObject({ state: 'stalled', problem: 'rpm/x, rpm/y must be fixed' });
    expect(world.events('cascade.stalled').at(-1)!.data).toMatchObject({ failed: ['rpm/x', 'rpm/y'] });
  });
});
