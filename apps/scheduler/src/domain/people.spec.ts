import { verdict } from '../store/testing/outside';
import { World } from '../store/testing/world';

const chain = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'], 'rpm/x': ['rpm/a'] };
const person = (world: World) => ({ release: 'mill', cascade: world.cascade.id, why: 'because', until: null });
const built = (world: World): string[] => world.submitted.map((one) => one.component);

/** Until the plan is there, and nothing has been built yet. */
async function planned(world: World): Promise<void> {
  while (world.cascade.state === 'planning') await world.settle(() => 0, 1).catch(() => undefined);
}

describe('people', () => {
  const outside = { graph: chain, build: (one: string) => (one === 'rpm/b' ? 'failed' : 'complete') } as const;

  it('hold and resume a cascade', async () => {
    const world = new World({ graph: chain });
    await world.start('all');
    await planned(world);
    await world.take({ type: 'cascade.hold', ...person(world), component: null }, 'ada');
    await world.settle();
    expect(world.cascade.state).toBe('held');
    const before = built(world).length;
    await world.take({ type: 'cascade.resume', ...person(world), component: null });
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(before).toBeLessThan(4);
  });

  it('hold and resume one rebuild; the stalled cascade names it', async () => {
    const world = new World({ graph: chain });
    await world.start('all');
    await planned(world);
    await world.take({ type: 'cascade.hold', ...person(world), component: 'rpm/b' }, 'ada');
    await world.settle();
    expect(world.cascade.state).toBe('stalled');
    expect(world.cascade.problem).toContain('rpm/b must be resumed');
    await world.take({ type: 'cascade.resume', ...person(world), component: 'rpm/b' });
    await world.settle();
    expect(world.cascade.state).toBe('completed');
  });

  it('skip what failed: what needs it goes on with the old build', async () => {
    const world = new World(outside);
    await world.start('all');
    await world.settle();
    await world.take({ type: 'cascade.skip', ...person(world), component: 'rpm/b' }, 'ada');
    await world.settle();
    expect(world.states()).toMatchObject({ 'rpm/b': 'skipped', 'rpm/c': 'validated' });
    expect(world.cascade.state).toBe('completed');
    expect(world.events('rebuild.settled')[0]!.data).toMatchObject({ by: 'ada', state: 'skipped', why: 'because' });
  });

  it('skip what waits: it counts only when its own needs are released', async () => {
    const world = new World({ graph: chain, gate: (one) => (one === 'rpm/a' ? 'silent' : 'passed') });
    await world.start('all');
    await world.settle();
    await world.take({ type: 'cascade.skip', ...person(world), component: 'rpm/b' });
    await world.settle();
    expect(world.states()).toMatchObject({ 'rpm/b': 'skipped', 'rpm/c': 'waiting' });
    await world.take(verdict(world.rebuild('rpm/a').build!, 'passed', 3));
    await world.settle();
    expect(world.cascade.state).toBe('completed');
  });

  it('cancel one rebuild, and what cannot go on without it', async () => {
    const world = new World(outside);
    await world.start('all');
    await world.settle();
    await world.take({ type: 'cascade.cancel', ...person(world), component: 'rpm/b' });
    await world.settle();
    expect(world.states()).toMatchObject({ 'rpm/b': 'cancelled', 'rpm/c': 'cancelled', 'rpm/x': 'validated' });
    expect(world.cascade.state).toBe('completed');
  });

  it('cancel a cascade; the change that waited starts the next one', async () => {
    const world = new World({ ...outside, definition: { folding: { generations: 1, until: 1 } } });
    await world.start('all');
    await world.settle();
    expect(await world.change(['rpm/x'])).toMatchObject({ outcome: 'waits' });
    const { id } = world.cascade;
    await world.take({ type: 'cascade.cancel', ...person(world), component: null }, 'ada');
    await world.settle();
    expect(world.store.rows.cascades.get(id)!.state).toBe('cancelled');
    expect(world.cascade).toMatchObject({ number: 2, state: 'completed', roots: ['rpm/x'] });
    expect(world.store.rows.capacity.get('build-system/local-rpm')!.granted).toEqual([]);
  });

  it.each([
    ['cascade.hold', 'rpm/a', 'rebuild-state'],
    ['cascade.skip', null, 'component-missing'],
    ['cascade.skip', 'rpm/nope', 'rebuild-unknown'],
    ['cascade.resume', null, 'cascade-state'],
    ['cascade.cancel', 'rpm/a', 'rebuild-state'],
  ] as const)('are refused with a remedy: %s %s', async (type, component, code) => {
    const world = new World(outside);
    await world.start('all');
    await world.settle();
    const refusal = await world.refused({ type, ...person(world), component });
    expect(refusal).toMatchObject({ code, because: expect.any(String) });
    expect(refusal.remedy).not.toBe('');
  });
});
