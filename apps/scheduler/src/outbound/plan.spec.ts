import type { Input } from '../domain/input';
import { impactOf } from '../store/testing/outside';
import { World } from '../store/testing/world';
import type { Outside } from './outside';
import { planMaking } from './plan';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/a'] };
type Part = Extract<Input, { type: 'plan.part' }>;

/** A cascade of `rpm/a` alone, whose build has just made two others join: their plan is asked for. */
async function extending(): Promise<World> {
  const adds = (component: string): string[] => (component === 'rpm/a' ? ['rpm/b', 'rpm/c'] : []);
  const world = new World({ graph, adds, definition: { sources: {} } });
  await world.start(['rpm/a'], 'set');
  const asked = (): boolean => [...world.works.values()].some((work) => work.key.endsWith('/2'));
  while (!(asked() && world.cascade.planning.asked === 2)) await world.settle(() => 0, 1).catch(() => undefined);
  return world;
}

describe('a longer plan', () => {
  it('that was cut off between its parts is made again, and no part of it is taken for one that was laid', async () => {
    const world = await extending();
    const taken: { readonly part: Part; readonly id: string }[] = [];
    const outside = {
      read: world.store.read,
      asker: { ask: (_: unknown, { members }: { members: string[] }) => Promise.resolve(impactOf(graph, members)) },
      systems: new Map(),
      take: (part: Part, { id }: { id: string }) => Promise.resolve(taken.push({ part, id })),
    } as unknown as Outside;
    const { id: cascade } = world.cascade;
    const make = () =>
      planMaking(outside).run(
        { release: 'mill', cascade, number: 2 },
        { key: '', attempt: 1, signal: new AbortController().signal },
      );
    await make();
    const [whole] = taken;
    expect(whole!.part.rebuilds.map((one) => one.component)).toEqual(['rpm/b', 'rpm/c']);
    await world.take({ ...whole!.part, rebuilds: whole!.part.rebuilds.slice(0, 1) });
    await make();
    const rest = taken[1]!;
    expect(rest.part.rebuilds.map((one) => one.component)).toEqual(['rpm/c']);
    expect(rest.id).not.toBe(whole!.id);
    await make();
    expect(taken[2]!.id).toBe(rest.id);
  });
});
