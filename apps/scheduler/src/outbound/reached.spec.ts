import { doors, releaseDefinition } from '@millrace/contracts';
import type { Input } from '../domain/input';
import { definitionOf, impactOf } from '../store/testing/outside';
import { World } from '../store/testing/world';
import type { Outside } from './outside';
import { planMaking } from './plan';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'], 'rpm/only-runs': [], 'rpm/d': ['rpm/only-runs'] };
const far = ['rpm/b', 'rpm/c', 'rpm/only-runs', 'rpm/d'];
type Part = Extract<Input, { type: 'plan.part' }>;

/** The first plan of a cascade of `rpm/a`, laid down by the real call over a played resolver. */
async function planned(kind: 'commit' | 'set', reach: 'linked' | 'transitive' = 'transitive') {
  const world = new World({ graph, definition: { sources: {}, reach } });
  const asked: string[] = [];
  const laid: Part[] = [];
  const ask = (door: unknown, request: { members: string[]; scope: string }): unknown => {
    if (door !== doors.resolver.reach) return impactOf(graph, request.members);
    asked.push(request.scope);
    return { set: far.map((id) => ({ id })) };
  };
  await world.start(['rpm/a'], kind);
  const outside = {
    read: world.store.read,
    asker: { ask: (door: unknown, request: never) => Promise.resolve(ask(door, request)) },
    systems: new Map(),
    take: (part: Part) => Promise.resolve(laid.push(part)),
  } as unknown as Outside;
  const order = { release: 'mill', cascade: world.cascade.id, number: 1 };
  await planMaking(outside).run(order, { key: '', attempt: 1, signal: new AbortController().signal });
  return { asked, rebuilds: laid.flatMap((part) => part.rebuilds) };
}

describe('a release whose changes reach far', () => {
  it('has in the first plan whoever is built with what changes; they are built only if they must', async () => {
    const { asked, rebuilds } = await planned('commit');
    expect(asked).toEqual(['transitive']);
    expect(rebuilds.map(({ component, must }) => [component, must !== null])).toEqual([
      ['rpm/a', true],
      ['rpm/b', false],
      ['rpm/c', false],
    ]);
    expect(rebuilds[1]!.because).toBe('a change of rpm/a reaches it (transitive)');
  });

  it('builds of a set what was named, and no more', async () => {
    const { asked, rebuilds } = await planned('set');
    expect(asked).toEqual([]);
    expect(rebuilds.map((one) => one.component)).toEqual(['rpm/a']);
  });

  it('reaches no further than its direct dependants where these are built anyway', () => {
    const read = releaseDefinition.safeParse({ ...definitionOf(), scope: 'direct', reach: 'linked' });
    expect(read.error?.issues).toMatchObject([{ path: ['reach'] }]);
  });
});
