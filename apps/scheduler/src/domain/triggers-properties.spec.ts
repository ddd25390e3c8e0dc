import { releaseDefinition } from '@millrace/contracts';
import * as fc from 'fast-check';
import { definitionOf } from '../store/testing/outside';
import { World } from '../store/testing/world';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'], 'rpm/d': [] };
const components = Object.keys(graph);
const start = Date.parse('2026-01-01T00:00:00Z');
const at = (minutes: number): string => new Date(start + minutes * 60_000).toISOString();

const freeze = fc
  .record({
    from: fc.integer({ min: 0, max: 60 }),
    long: fc.integer({ min: 1, max: 120 }),
    components: fc.subarray(components, { minLength: 1 }),
    what: fc.constantFrom('changes', 'landing', 'all'),
    security: fc.constantFrom('pass', 'wait'),
  })
  .map(({ from, long, ...rest }) => ({ name: 'f', from: at(from), until: at(from + long), reason: 'rest', ...rest }));

const policy = fc.record({
  freezes: fc.array(freeze, { maxLength: 3 }),
  triggers: fc.record({
    lull: fc.constantFrom('0s', '30s', '5m'),
    lull_max: fc.constantFrom(undefined, '10m'),
    concurrent: fc.constantFrom('wait', 'fold'),
    rules: fc.constantFrom(
      [],
      [{ components: ['rpm/d'], outcome: 'ignore', reason: 'old' }],
      [{ components: ['rpm/a'], urgencies: ['normal'], outcome: 'approve', reason: 'looked at first' }],
    ),
  }),
});

const step = fc.oneof(
  fc.record({
    do: fc.constant('report' as const),
    components: fc.subarray(components, { minLength: 1, maxLength: 2 }),
    urgency: fc.constantFrom('security', 'normal', 'background'),
    commit: fc.integer({ min: 0, max: 15 }),
  }),
  fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 0, max: 40 }) }),
  fc.record({ do: fc.constant('hold' as const), minutes: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ do: fc.constant('decide' as const), approve: fc.boolean() }),
  fc.record({ do: fc.constant('apply' as const), policy }),
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

async function define(world: World, of: object): Promise<void> {
  const definition = releaseDefinition.parse({ ...definitionOf(), ...(JSON.parse(JSON.stringify(of)) as object) });
  await world.take({ type: 'release.apply', release: 'mill', definition, why: '' });
}

async function perform(world: World, one: Step): Promise<void> {
  switch (one.do) {
    case 'report': {
      const source = (component: string) =>
        ({ kind: 'git', url: `file:///git/${component}`, commit: one.commit.toString(16).repeat(40) }) as const;
      const change = {
        ...({
          id: null,
          release: 'mill',
          kind: 'commit',
          all: false,
          unknown: [],
          by: 'git',
          why: 'a change',
        } as const),
        components: one.components.map((component) => ({ component, source: source(component), nvr: null })),
        urgency: one.urgency,
      } as const;
      await world.take({ type: 'change.reported', release: 'mill', change, asked: false });
      return;
    }
    case 'wait':
      return world.pass(one.minutes * 60_000);
    case 'hold': {
      const scope = { cascade: null, tier: null, component: null };
      const until = new Date(Date.parse(at(0)) + 10 * 365 * 86_400_000).toISOString();
      await world.take({ type: 'hold.set', release: 'mill', scope, until, why: '' });
      await world.pass(one.minutes * 60_000);
      await world.take({ type: 'hold.end', release: 'mill', scope, why: '' });
      return;
    }
    case 'decide': {
      const waiting = [...world.store.rows.changes.values()].find((row) => row.waitsFor === 'approval');
      const type = one.approve ? 'change.approve' : 'change.reject';
      if (waiting) await world.take({ type, release: 'mill', change: waiting.id, why: '' });
      return;
    }
    case 'apply':
      return define(world, one.policy);
  }
}

describe('changes', () => {
  it('are never forgotten: each gets its cascade, is ignored with a reason, or waits for a person', async () => {
    await fc.assert(
      fc.asyncProperty(policy, fc.array(step, { maxLength: 12 }), async (first, steps) => {
        const world = new World({ graph });
        await define(world, first);
        await world.take({ type: 'capacity.known', system: 'local-rpm', limit: 2 });
        for (const one of steps) await perform(world, one);
        await world.settle();
        for (const row of world.store.rows.changes.values()) {
          expect(row.because).not.toBe('');
          if (row.outcome === 'waits') expect(row.waitsFor).toBe('approval');
          if (row.outcome === 'cascade') expect(world.store.rows.cascades.get(row.cascade!)!.state).toBe('completed');
        }
        expect(world.store.rows.releases.get('mill')!.running).toBeNull();
      }),
      { numRuns: 150 },
    );
  });

  it('start no cascade while a freeze holds all that they name', async () => {
    await fc.assert(
      fc.asyncProperty(policy, fc.array(step, { maxLength: 10 }), async (first, steps) => {
        const world = new World({ graph });
        const frozen = { name: 'all', from: at(0), until: at(100_000), what: 'all', reason: 'rest' };
        const always = { ...first, freezes: [frozen] };
        await define(world, always);
        await world.take({ type: 'capacity.known', system: 'local-rpm', limit: 2 });
        for (const one of steps) if (one.do !== 'apply') await perform(world, one);
        await world.rest();
        expect(world.store.rows.cascades.size).toBe(0);
        for (const row of world.store.rows.changes.values()) expect(row.outcome).not.toBe('cascade');
      }),
      { numRuns: 80 },
    );
  });
});
