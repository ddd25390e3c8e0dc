import type { WatchInput } from './watch-input';
import { verdict } from '../store/testing/outside';
import { World } from '../store/testing/world';

const minute = 60_000;
const watch: WatchInput = { type: 'watch.due', release: 'mill' };
const open = (world: World) => [...world.store.rows.alerts.values()].filter((one) => one.endedAt === null);
const names = (world: World): string[] => open(world).map((one) => one.kind);

/** Time passes as it does: the watch looks every minute. */
async function pass(world: World, minutes: number): Promise<void> {
  for (let n = 0; n < minutes; n++) {
    world.wait(minute);
    await world.take(watch);
  }
}

/** A cascade of one component, submitted and not ended. */
async function underWay(progress: 'submitted' | 'building', runs = () => true): Promise<World> {
  const world = new World({ graph: { 'rpm/a': [] }, running: () => (runs() ? progress : null) });
  await world.start('all');
  await world.settle();
  return world;
}

describe('what hangs is raised once, and ends when it is over (promise 13)', () => {
  it('a build that runs for several times its learned time, and at least ten minutes', async () => {
    let runs = true;
    const world = await underWay('building', () => runs);
    await pass(world, 9);
    expect(names(world)).toEqual([]);
    await pass(world, 2);
    expect(names(world)).toEqual(['build-slow']);
    expect(open(world)[0]).toMatchObject({ subject: world.rebuild('rpm/a').build, release: 'mill' });
    expect(world.events('alert.raised')).toHaveLength(1);
    runs = false;
    await world.settle();
    await pass(world, 1);
    expect(names(world)).toEqual([]);
    expect(world.events('alert.ended')).toHaveLength(1);
  });

  it('a task that no builder takes', async () => {
    const world = await underWay('submitted');
    await pass(world, 29);
    expect(names(world)).toEqual([]);
    await pass(world, 2);
    expect(names(world)).toEqual(['task-untaken']);
    await pass(world, 5);
    expect(world.events('alert.raised')).toHaveLength(1);
  });

  it('a poller that has a problem, or does not answer, for five minutes', async () => {
    const world = await underWay('submitted');
    const seen = { type: 'builds.seen', release: 'mill', system: 'local-rpm', builds: [], cursor: '1' } as const;
    await world.take({ ...seen, problem: null });
    await pass(world, 4);
    expect(names(world)).toEqual([]);
    await pass(world, 1);
    expect(names(world)).toEqual(['poller-silent']);
    await world.take({ ...seen, problem: null });
    await pass(world, 1);
    expect(names(world)).toEqual([]);
    for (let n = 0; n < 6; n++) {
      await world.take({ ...seen, problem: 'connection refused' });
      await pass(world, 1);
    }
    expect(open(world)).toMatchObject([{ kind: 'poller-silent', text: expect.stringContaining('connection refused') }]);
  });

  it('nobody for silence, after a pause of our own', async () => {
    const world = await underWay('submitted');
    const seen = { type: 'builds.seen', release: 'mill', system: 'local-rpm', builds: [], cursor: '1' } as const;
    await world.take({ ...seen, problem: null });
    await pass(world, 1);
    world.wait(600 * minute);
    await world.take(watch);
    expect(names(world)).toEqual([]);
  });

  it('an overdue gate, until its verdict passes; at once', async () => {
    const world = new World({ graph: { 'rpm/a': [] }, gate: () => 'silent' });
    await world.start('all');
    await world.settle();
    const build = world.rebuild('rpm/a').build!;
    const overdue = {
      test: 't.f',
      state: 'overdue' as const,
      text: 'no result',
      result: null,
      waiver: null,
      link: null,
    };
    await world.take({
      type: 'verdict.decided',
      release: 'mill',
      build,
      decision: 'pending',
      verdictRevision: 2,
      reasons: [overdue],
    });
    await world.settle();
    expect(open(world)).toMatchObject([{ kind: 'gate-overdue', subject: build, text: expect.stringContaining('t.f') }]);
    await world.take(verdict(build, 'passed', 3));
    await world.settle();
    await pass(world, 1);
    expect(names(world)).toEqual([]);
  });

  it('a build system that is down: told once, whatever many builds break', async () => {
    const graph = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`rpm/p${n}`, []]));
    let builds = 0;
    const build = () => (++builds <= 12 ? 'infrastructure' : 'complete');
    const world = new World({ graph, build, definition: { capacity: 8 } });
    await world.start('all');
    await world.settle();
    const [raised, ...more] = world.events('alert.raised');
    expect(raised!.data).toMatchObject({ kind: 'build-system-down', about: 'local-rpm' });
    expect(more).toEqual([]);
    expect(world.events('alert.ended')).toHaveLength(1);
    expect(names(world)).toEqual([]);
    expect(world.cascade.state).toBe('completed');
    expect(world.events('rebuild.failed')).toEqual([]);
  });

  it('a resolver that is away: the cascade gets no plan', async () => {
    const world = new World({ graph: { 'rpm/a': [] } });
    await world.start('all');
    const fault = { code: 'no-answer', kind: 'unavailable', message: 'the resolver does not answer' } as const;
    await world.take({ type: 'plan.failed', release: 'mill', cascade: world.cascade.id, number: 1, fault });
    await pass(world, 1);
    expect(open(world)).toMatchObject([{ kind: 'resolver-away', subject: world.cascade.id }]);
    await world.settle();
    await pass(world, 1);
    expect(names(world)).toEqual([]);
  });
});
