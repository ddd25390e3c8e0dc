import { isRefusal, type Refusal } from '@millrace/kernel';
import { World } from '../store/testing/world';
import type { Input } from './input';

const chain = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'] };
const silentB = (one: string) => (one === 'rpm/b' ? 'silent' : 'passed') as 'silent' | 'passed';

/** One cascade in each state, most of them with something in several states of a rebuild. */
const cascades: Readonly<Record<string, () => Promise<World>>> = {
  unknown: () => Promise.resolve(new World({ graph: chain })).then(applied),
  planning: () => begun({ graph: chain }),
  'awaiting-approval': () => settled({ graph: chain, definition: { mode: 'approve' } }),
  running: () => settled({ graph: chain, gate: silentB }),
  held: async () => {
    const world = await settled({ graph: chain, gate: silentB });
    await world.take({ type: 'cascade.hold', release: 'mill', cascade: world.cascade.id, component: null, why: '' });
    return world;
  },
  stalled: () => settled({ graph: chain, build: (one) => (one === 'rpm/b' ? 'failed' : 'complete') }),
  completed: () => settled({ graph: chain }),
  cancelled: async () => {
    const world = await settled({ graph: chain, gate: silentB });
    await world.take({ type: 'cascade.cancel', release: 'mill', cascade: world.cascade.id, component: null, why: '' });
    await world.settle();
    return world;
  },
};

describe.each(Object.keys(cascades))('what people ask of a cascade that is %s', (state) => {
  it('is done, or refused with what to do, and then everything is as it was', async () => {
    for (const input of asked('x')) {
      const world = await cascades[state]!();
      const cascade = state === 'unknown' ? 'c-none' : world.cascade.id;
      if (state !== 'unknown') expect(world.cascade.state).toBe(state);
      const [said] = asked(cascade).filter((one) => labelOf(one) === labelOf(input));
      const before = pictureOf(world);
      const reply = await world.take(said!, 'ada');
      if (!isRefusal(reply))
        expect({ input, reply }).toEqual({ input, reply: { done: true, text: expect.any(String) } });
      else expectRefused(world, before, input, reply);
      if (['unknown', 'completed', 'cancelled'].includes(state))
        expect([input, isRefusal(reply)]).toEqual([input, true]);
      // Whatever was done, it goes on from there and comes to rest.
      await world.settle();
    }
  });
});

function expectRefused(world: World, before: unknown, input: Input, refusal: Refusal): void {
  expect({ input, picture: pictureOf(world) }).toEqual({ input, picture: before });
  const { code, because, remedy, kind } = refusal;
  expect({ input, code, because, remedy, kind }).toEqual({
    ...{
      input,
      code: expect.stringMatching(/^[a-z]+(-[a-z]+)+$/) as string,
      because: expect.stringMatching(/.{8}/) as string,
    },
    ...{ remedy: expect.stringMatching(/.{8}/) as string, kind: expect.anything() as string },
  });
}

/** Everything that a person can ask of a cascade, about it, a tier, a component of it, and one that it does not have. */
function asked(cascade: string): Input[] {
  const of = { release: 'mill', cascade, why: 'because' } as const;
  const each = [null, 'rpm/a', 'rpm/b', 'rpm/c', 'rpm/none'].flatMap((component): Input[] => [
    { type: 'cascade.hold', ...of, component },
    { type: 'cascade.resume', ...of, component },
    { type: 'cascade.cancel', ...of, component },
    { type: 'cascade.skip', ...of, component },
    { type: 'cascade.retry', ...of, component, sources: {} },
    { type: 'cascade.raise', ...of, component, priority: 5 },
    { type: 'cascade.add', ...of, component, source: null },
    { type: 'cascade.remove', ...of, component },
    { type: 'hold.set', release: 'mill', why: '', until: null, scope: { cascade, tier: null, component } },
    { type: 'hold.end', release: 'mill', why: '', scope: { cascade, tier: null, component } },
  ]);
  const tiers = [0, 2, 99].flatMap((tier): Input[] => [
    { type: 'hold.set', release: 'mill', why: '', until: null, scope: { cascade, tier, component: null } },
    { type: 'hold.end', release: 'mill', why: '', scope: { cascade, tier, component: null } },
  ]);
  return [...each, ...tiers, { type: 'build.adopt', ...of, build: 'b-none' }];
}

function labelOf(input: Input): string {
  return JSON.stringify(input).replace(/"cascade":"[^"]*"/, '');
}

function pictureOf(world: World): unknown {
  const rows = Object.fromEntries(Object.entries(world.store.rows).map(([name, table]) => [name, [...table]]));
  return structuredClone({ rows, said: world.said.length, works: [...world.works.keys()], timers: [...world.timers] });
}

async function applied(world: World): Promise<World> {
  await world.start(['rpm/none']);
  return world;
}

async function begun(outside: ConstructorParameters<typeof World>[0]): Promise<World> {
  const world = new World(outside);
  await world.start('all');
  return world;
}

async function settled(outside: ConstructorParameters<typeof World>[0]): Promise<World> {
  const world = await begun(outside);
  await world.settle();
  return world;
}
