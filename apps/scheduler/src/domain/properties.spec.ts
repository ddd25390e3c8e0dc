import fc from 'fast-check';
import type { Input } from './input';
import type { Outside } from '../store/testing/outside';
import { World } from '../store/testing/world';

/** Random acyclic graphs: each component may need those with a lower number. */
const graphs = fc.integer({ min: 1, max: 12 }).chain((count) =>
  fc
    .tuple(
      ...Array.from({ length: count }, (_, n) =>
        fc.subarray(
          Array.from({ length: n }, (_, m) => m),
          { maxLength: Math.min(n, 4) },
        ),
      ),
    )
    .map((needs) => Object.fromEntries(needs.map((of, n) => [`rpm/p${n}`, of.map((m) => `rpm/p${m}`)]))),
);
const ends = fc.constantFrom('complete', 'complete', 'complete', 'failed', 'infrastructure');
const gates = fc.constantFrom('passed', 'passed', 'passed', 'failed');
const worlds = fc.record({
  graph: graphs,
  pace: fc.constantFrom('flow', 'lockstep'),
  builds: fc.array(ends, { minLength: 5, maxLength: 40 }),
  gates: fc.array(gates, { minLength: 5, maxLength: 40 }),
  roots: fc.nat(11),
  shuffle: fc.infiniteStream(fc.nat(1000)),
});

type Drawn = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

function outsideOf({ graph, pace, builds, gates: verdicts }: Drawn): Outside {
  const number = (component: string, attempt: number): number => Number(component.slice(5)) * 3 + attempt;
  return {
    graph,
    definition: { pace, capacity: 3 } as Outside['definition'] & object,
    build: (component, attempt) => builds[number(component, attempt) % builds.length]!,
    gate: (component, attempt) => verdicts[number(component, attempt) % verdicts.length]!,
    adds: (component) => Object.keys(graph).filter((one) => graph[one]!.includes(component)),
  };
}

/** Watches each submission: everything that it needs in the cascade must be validated at that moment. */
function watched(outside: Outside): { world: World; early: string[] } {
  const early: string[] = [];
  const world: World = new World({
    ...outside,
    build: (component, attempt) => {
      const open = world
        .rebuild(component)
        .needs.filter((id) => world.store.rows.rebuilds.get(id)!.state !== 'validated');
      if (open.length > 0) early.push(`${component} before ${open.join(', ')}`);
      return outside.build!(component, attempt);
    },
  });
  return { world, early };
}

async function play(
  drawn: Drawn,
  members: 'all' | string[],
  twice = false,
): Promise<{ world: World; early: string[] }> {
  const { world, early } = watched(outsideOf(drawn));
  if (twice) doubleEverything(world);
  await world.start(members, members === 'all' ? 'set' : 'commit');
  const stream = drawn.shuffle[Symbol.iterator]();
  await world.settle((count) => (stream.next().value as number) % count);
  return { world, early };
}

/** Outcomes of calls that are made again, and verdicts that are said again, reach the decider once more. */
function doubleEverything(world: World): void {
  const take = world.take.bind(world);
  const repeated = /^(build\.|plan\.made|stack\.|place\.closed|verdict\.)/;
  world.take = async (input: Input, who?: string) => {
    const reply = await take(input, who);
    if (repeated.test(input.type)) await take(input, who);
    return reply;
  };
}

describe('on random graphs, with outcomes in any order', () => {
  it('nothing is built before everything that it needs is validated', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (drawn) => {
        const { early } = await play(drawn, 'all');
        expect(early).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('every cascade ends, or names who is awaited, and holds no slot', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, fc.boolean(), async (drawn, whole) => {
        const names = Object.keys(drawn.graph);
        const { world } = await play(drawn, whole ? 'all' : [names[drawn.roots % names.length]!]);
        const states = Object.values(world.states());
        const bad = states.filter((state) => state === 'failed' || state === 'rejected');
        expect(world.cascade.state).toBe(bad.length > 0 ? 'stalled' : 'completed');
        if (bad.length === 0) expect(new Set(states)).toEqual(new Set(['validated']));
        else
          expect((world.events('cascade.stalled').at(-1)!.data as { failed: string[] }).failed).toHaveLength(
            bad.length,
          );
        expect(world.store.rows.capacity.get('build-system/local-rpm')).toMatchObject({ granted: [] });
        const { counts } = world.cascade;
        for (const [state, count] of Object.entries(counts)) {
          expect([state, count]).toEqual([state, states.filter((one) => one === state).length]);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('duplicates change nothing: each attempt is submitted once, each thing said once', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (drawn) => {
        const { world } = await play(drawn, 'all', true);
        const attempts = world.submitted.map((one) => `${one.component}#${one.attempt}`);
        expect(new Set(attempts).size).toBe(attempts.length);
        const validated = world.events('rebuild.validated').map((one) => one.subject);
        expect(new Set(validated).size).toBe(validated.length);
        const failed = world.events('rebuild.failed').map((one) => one.subject);
        expect(new Set(failed).size).toBe(failed.length);
        expect(world.events('cascade.stalled').length + world.events('cascade.completed').length).toBe(1);
      }),
      { numRuns: 150 },
    );
  });

  it('the order of independent outcomes does not matter for what is reached', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (drawn) => {
        const shuffled = await play(drawn, 'all');
        const orderly = await play({ ...drawn, shuffle: fc.sample(fc.infiniteStream(fc.constant(0)), 1)[0]! }, 'all');
        expect(shuffled.world.states()).toEqual(orderly.world.states());
      }),
      { numRuns: 100 },
    );
  });
});
