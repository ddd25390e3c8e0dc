import { World } from '../../store/testing/world';
import { headLeftOut } from './leave-unbuilt';

const message = 'it is left out (when_unbuilt: skip): main of file:///git/b has 1 commits that were never built';

/** Submissions of this component are answered as the release's rule answers them. */
function leavingOut(component: string, graph: Record<string, string[]>): World {
  const world = new World({ graph });
  const set = world.works.set.bind(world.works);
  world.works.set = (key, work) => {
    const order = work.order as { component: string; rebuild: string; attempt: number };
    if (work.kind !== 'build.submit' || order.component !== component) return set(key, work);
    const { rebuild, attempt } = order;
    const fault = { code: headLeftOut, kind: 'invalid', message } as const;
    world.arriving.push({ type: 'build.broke', release: 'mill', rebuild, attempt, step: 'submit', fault });
    return world.works;
  };
  return world;
}

describe('a head with commits that were never built, left out by rule', () => {
  it('skips the rebuild with its reason; what needs it goes on, and the cascade ends', async () => {
    const world = leavingOut('rpm/b', { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'] });
    await world.start('all');
    await world.settle();
    expect(world.states()).toEqual({ 'rpm/a': 'validated', 'rpm/b': 'skipped', 'rpm/c': 'validated' });
    expect(world.rebuild('rpm/b').because).toBe(message);
    expect(world.cascade.state).toBe('completed');
    expect(world.events('rebuild.failed')).toEqual([]);
    expect(world.events('rebuild.settled').map(({ data }) => data)).toEqual([
      expect.objectContaining({ component: 'rpm/b', state: 'skipped', by: 'scheduler', why: message }),
    ]);
    expect(world.store.rows.capacity.get('build-system/local-rpm')).toMatchObject({ granted: [] });
  });
});
