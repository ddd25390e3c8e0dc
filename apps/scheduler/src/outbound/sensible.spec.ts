import { impactOf } from '../store/testing/outside';
import { World } from '../store/testing/world';
import type { Outside } from './outside';
import { planMaking } from './plan';
import { ofSnapshot, sensible } from './sensible';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'] };
const whole = impactOf(graph, Object.keys(graph));
type Impact = typeof whole;

const strange: Readonly<Record<string, [Impact, RegExp]>> = {
  'of another snapshot': [{ ...whole, snapshot: 's-0' }, /about snapshot s-0.*frozen on s-1/],
  'with a need that is not in it': [
    { ...whole, rebuilds: whole.rebuilds.slice(1) },
    /rpm\/b needs rpm\/a, which is not/,
  ],
  'with a rebuild twice': [{ ...whole, rebuilds: [...whole.rebuilds, whole.rebuilds[0]!] }, /1 rebuilds twice/],
  'with a need beside it': [
    { ...whole, rebuilds: whole.rebuilds.map((one) => ({ ...one, tier: 0 })) },
    /rpm\/b of tier 0 needs rpm\/a of tier 0/,
  ],
  'with a need of itself': [
    { ...whole, rebuilds: whole.rebuilds.map((one) => ({ ...one, needs: [{ component: one.component, pass: 1 }] })) },
    /rpm\/a of tier 0 needs rpm\/a/,
  ],
};

describe("an answer of the resolver's", () => {
  it('that is an order is taken as it is', () => {
    expect(sensible(whole, 's-1')).toBe(whole);
    expect(sensible({ ...whole, snapshot: 's-0' }, null)).toMatchObject({ snapshot: 's-0' });
  });

  it.each(Object.entries(strange))('%s is none: it says so, and is asked for again', (_, [answer, message]) => {
    const fault = { code: 'plan-nonsense', kind: 'unavailable', remedy: expect.anything() as unknown };
    expect(() => sensible(answer, 's-1')).toThrow(message);
    expect(() => sensible(answer, 's-1')).toThrow(expect.objectContaining(fault) as Error);
  });
});

it('a comparison for another snapshot than was asked about counts for nothing', () => {
  expect(ofSnapshot({ snapshot: 's-1' }, 's-1')).toEqual({ snapshot: 's-1' });
  expect(ofSnapshot({}, 's-1')).toEqual({});
  const fault = { code: 'answer-outdated', kind: 'unavailable' };
  expect(() => ofSnapshot({ snapshot: 's-0' }, 's-1')).toThrow(expect.objectContaining(fault) as Error);
});

describe('a plan that is made longer while the resolver answers for an old snapshot', () => {
  it('leaves the cascade as it was, with what hinders it, and goes on with the right answer', async () => {
    const adds = (component: string): string[] => (component === 'rpm/a' ? ['rpm/b'] : []);
    const world = new World({ graph, adds, definition: { sources: {} } });
    await world.start(['rpm/a'], 'set');
    const longer = () => [...world.works.entries()].find(([, work]) => work.key.endsWith('/2'));
    while (!longer() || world.cascade.planning.asked < 2) await world.settle(() => 0, 1).catch(() => undefined);
    const [key, work] = longer()!;
    world.works.delete(key);
    const made = planMaking({
      read: world.store.read,
      asker: { ask: () => Promise.resolve({ ...impactOf(graph, ['rpm/a', 'rpm/b']), snapshot: 's-0' }) },
      systems: new Map(),
      take: () => Promise.reject(new Error('no part of it is laid')),
    } as unknown as Outside);
    const order = work.order as Parameters<typeof made.run>[0];
    const before = world.states();
    const fault: unknown = await made
      .run(order, { key: '', attempt: 1, signal: new AbortController().signal })
      .catch((thrown: unknown) => thrown);
    await world.take(made.toInput(order, { ok: false, fault: fault as never }, work.key)!);
    expect(world.states()).toEqual(before);
    expect(world.cascade).toMatchObject({ state: 'running', snapshot: 's-1', problem: expect.stringContaining('s-0') });
    await world.settle();
    expect(world.cascade).toMatchObject({ state: 'completed', problem: null });
    expect(world.states()).toEqual({ 'rpm/a': 'validated', 'rpm/b': 'validated' });
  });
});
