import { World } from '../store/testing/world';
import { graphLooking } from './graph-look';
import type { Outside } from './outside';

describe('a look at the newest snapshot of a graph', () => {
  const looked = async (meanwhile: () => Promise<unknown>) => {
    const world = new World({ graph: { 'rpm/a': [] } });
    await world.start(['rpm/a']);
    await world.take({ type: 'graph.published', release: 'mill', snapshot: 's-1', number: 1 });
    const ask = async () => {
      await meanwhile.call(null);
      return { snapshot: 's-1' };
    };
    const told = { type: 'graph.published', release: 'mill', snapshot: 's-2', number: 2 } as const;
    const outside = { read: world.store.read, asker: { ask } } as unknown as Outside;
    const run = () =>
      graphLooking(outside).run({ release: 'mill' }, { key: '', attempt: 1, signal: new AbortController().signal });
    return { world, told, run };
  };

  it('brings what the resolver says', async () => {
    const { run } = await looked(() => Promise.resolve());
    expect(await run()).toBe('s-1');
  });

  it('counts for nothing when a newer one was told meanwhile', async () => {
    let tell: () => Promise<unknown> = () => Promise.resolve();
    const { world, told, run } = await looked(() => tell());
    tell = () => world.take(told);
    expect(await run()).toBeNull();
  });
});
