import { releaseDefinition, type ImpactRebuild } from '@millrace/contracts';
import * as fc from 'fast-check';
import { definitionOf, impactOf } from '../../store/testing/outside';
import { World } from '../../store/testing/world';
import { findMembers, type SetFacts } from './find-members';
import { changeOfSet, setWords, type WantedSet } from './wanted-set';
import { withoutOrder } from './without-order';

const components = ['module/m:1', 'rpm/a', 'rpm/b', 'rpm/old-c'];
const facts: SetFacts = {
  definition: releaseDefinition.parse({ ...definitionOf(), owners: [{ components: ['rpm/old-*'], people: ['ada'] }] }),
  components,
  dependants: new Set(['rpm/b', 'module/m:1']),
  built: new Map([
    ['rpm/a', { nvr: 'a-1-1', at: '2026-01-10T00:00:00.000Z' }],
    ['rpm/b', { nvr: 'b-1-1', at: '2026-01-20T00:00:00.000Z' }],
  ]),
};
const wanted = (more: Partial<WantedSet>): WantedSet => ({ components: [], all: false, ordered: true, ...more });
const membersOf = (more: Partial<WantedSet>) => findMembers(wanted(more), facts).members;

describe('the members of a set', () => {
  it.each<[string, Partial<WantedSet>, readonly string[] | 'all']>([
    ['everything', { all: true }, 'all'],
    ['a list', { components: ['rpm/b', 'rpm/x', 'rpm/b'] }, ['rpm/b', 'rpm/x']],
    ['by globs', { query: { match: ['rpm/*'], exclude: ['rpm/old-*'] } }, ['rpm/a', 'rpm/b']],
    ['by type, beside a list', { query: { types: ['module'] }, components: ['rpm/a'] }, ['module/m:1', 'rpm/a']],
    ['by owner', { query: { owners: ['ada'] } }, ['rpm/old-c']],
    ['by what it depends on', { query: { depends_on: ['rpm/a'], types: ['rpm'] } }, ['rpm/b']],
    ['built before a time', { query: { built_before: '2026-01-15T00:00:00Z' } }, ['rpm/a']],
    ['never built', { query: { never_built: true } }, ['module/m:1', 'rpm/old-c']],
    [
      'built before a time, or never',
      { query: { built_before: '2026-01-15T00:00:00Z', never_built: true, types: ['rpm'] } },
      ['rpm/a', 'rpm/old-c'],
    ],
    ['everything that a query does not leave out', { all: true, query: { exclude: ['rpm/*'] } }, ['module/m:1']],
  ])('%s', (_, more, members) => expect(membersOf(more)).toEqual(members));

  it('what is built since a time is done, and says so', () => {
    const found = findMembers(wanted({ all: true, since: '2026-01-15T01:00:00+01:00' }), facts);
    expect(found.members).toEqual(['module/m:1', 'rpm/a', 'rpm/old-c']);
    expect(found.done).toEqual([
      { component: 'rpm/b', because: expect.stringContaining('b-1-1 is there since 2026-01-20') },
    ]);
    expect(setWords(wanted({ all: true, since: '2026-01-15', ordered: false }), found)).toBe(
      '3 components in no order, 1 built since 2026-01-15 left out',
    );
  });

  it('every component is in the set, or done, or left out by the query: never two of them', () => {
    const times = fc.option(fc.constantFrom('2026-01-05T00:00:00Z', '2026-01-15T00:00:00Z'), { nil: undefined });
    const sets = fc.record({ all: fc.boolean(), since: times, built_before: times, named: fc.subarray(components) });
    fc.assert(
      fc.property(sets, ({ all, since, built_before, named }) => {
        const { members, done } = findMembers(
          wanted({ all, since, components: named, ...(built_before ? { query: { built_before } } : {}) }),
          facts,
        );
        if (members === 'all') return done.length === 0 && all;
        const both = [...members, ...done.map((one) => one.component)];
        return new Set(both).size === both.length && named.every((one) => both.includes(one));
      }),
    );
  });
});

describe('an unordered set', () => {
  const graph = { 'rpm/a': ['rpm/c'], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'].slice(1), 'rpm/d': ['rpm/b', 'rpm/c'] };

  it('has one tier and no needs; what joins it later waits for what it needs', () => {
    const plan = impactOf(graph, Object.keys(graph));
    const flat = withoutOrder(plan, 'all');
    expect(flat.tiers).toBe(1);
    expect(flat.rebuilds.every((one) => one.needs.length === 0 && one.tier === 0)).toBe(true);
    const joined = withoutOrder(plan, ['rpm/a', 'rpm/b', 'rpm/c']);
    expect(joined.rebuilds.at(-1)).toMatchObject({ component: 'rpm/d', tier: 1 });
    expect(
      joined.rebuilds
        .at(-1)!
        .needs.map((need) => need.component)
        .sort(),
    ).toEqual(['rpm/b', 'rpm/c']);
  });

  it('builds a knot once', () => {
    const twice = ['rpm/a', 'rpm/b'].flatMap((component): ImpactRebuild[] =>
      [1, 2].map((pass) => ({ component, pass, tier: pass, bootstrap: pass === 1, needs: [], because: 'a knot' })),
    );
    const flat = withoutOrder({ rebuilds: twice, tiers: 3, knots: [['rpm/a', 'rpm/b']] }, 'all');
    expect(flat.rebuilds.map(({ component, pass, bootstrap }) => [component, pass, bootstrap])).toEqual([
      ['rpm/a', 1, false],
      ['rpm/b', 1, false],
    ]);
    expect(flat.knots).toEqual([]);
  });
});

describe('a set as a change', () => {
  const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'] };
  const asked = { release: 'mill', by: 'ada', why: 'a compiler', urgency: 'background' } as const;

  it('carries its order and urgency to the cascade, and what is done into its reason', async () => {
    const world = new World({ graph });
    await world.start([], 'set');
    const found = { members: ['rpm/a'], done: [{ component: 'rpm/b', because: 'rpm/b: it is done' }] };
    const since = '2026-01-01T00:00:00Z';
    const set = wanted({ components: ['rpm/a', 'rpm/b'], since, ordered: false });
    const change = changeOfSet(asked, set, found, []);
    await world.take({ type: 'change.reported', release: 'mill', change, asked: true });
    expect(world.cascade).toMatchObject({
      roots: ['rpm/a'],
      urgency: 'background',
      why: expect.stringMatching(/a compiler \(1 component in no order, 1 built since .* left out\)/),
    });
    expect(world.store.rows.requests.get(world.cascade.id)).toMatchObject({ ordered: false, members: ['rpm/a'] });
    await world.settle();
    expect(world.cascade.state).toBe('completed');
  });

  it('of which everything is done starts nothing, and says why', async () => {
    const world = new World({ graph });
    await world.start([], 'set');
    const found = { members: [], done: [{ component: 'rpm/b', because: 'rpm/b: it is done' }] };
    const change = changeOfSet(asked, wanted({ components: ['rpm/b'] }), found, []);
    const reply = await world.take({ type: 'change.reported', release: 'mill', change, asked: true });
    expect(reply).toMatchObject({ outcome: 'ignored', because: 'rpm/b: it is done' });
    expect(world.store.rows.cascades.size).toBe(0);
  });

  it('that another team asks for waits for a person, unless a rule lets it start', async () => {
    const world = new World({ graph });
    await world.start([], 'set');
    const change = { ...changeOfSet(asked, wanted({ all: true }), { members: 'all', done: [] }, []), id: 'ch-1' };
    const sent = { ...change, message: { source: '/other-team', id: '1' } };
    const reply = await world.take({ type: 'change.reported', release: 'mill', change: sent, asked: false });
    expect(reply).toMatchObject({ outcome: 'waits', because: expect.stringContaining('millrace change approve') });
    const rules = [{ kinds: ['set'], by: ['ada'], outcome: 'start', reason: 'she knows what she does' }];
    const definition = releaseDefinition.parse({ ...definitionOf(), triggers: { rules } });
    await world.take({ type: 'release.apply', release: 'mill', definition, why: '' });
    const again = { ...sent, id: 'ch-2' };
    expect(await world.take({ type: 'change.reported', release: 'mill', change: again, asked: false })).toMatchObject({
      outcome: 'cascade',
    });
  });
});
