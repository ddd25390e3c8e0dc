import { followRing, releaseDefinition, type Follow, type SourceRef } from '@millrace/contracts';
import { isRefusal } from '@millrace/kernel';
import * as fc from 'fast-check';
import { definitionOf } from '../../store/testing/outside';
import { World } from '../../store/testing/world';
import type { ChangeToCheck } from '../input';
import type { FollowedBuild, FollowOrder, Landing, MappedBuild } from './follow-input';
import { mapped } from './mapping';
import { leftOutHere, needsStanding, type BuildHere, type Standing } from './standing';

const git = (letter: string, name = 'a'): SourceRef => {
  return { kind: 'git', url: `file:///git/${name}`, commit: letter.repeat(40) };
};
const built = (component: string, letter = 'a'): FollowedBuild => {
  return { component, nvr: `${component.split('/')[1]}-1-1`, source: git(letter) };
};
const entryOf = (more: object = {}): Follow => {
  const definition = releaseDefinition.parse({ ...definitionOf(), follow: [{ release: 'up', ...more }] });
  return definition.follow![0]!;
};

describe('the builds of a landing', () => {
  it('are chosen by globs, left out by name, and called as they are called here', () => {
    const entry = entryOf({
      components: ['rpm/*'],
      exclude: ['rpm/kernel*'],
      names: { 'rpm/python3.13': 'rpm/python3' },
    });
    const landed = ['rpm/python3.13', 'rpm/kernel-rt', 'module/m:1', 'rpm/b'].map((one) => built(one));
    const found = mapped(entry, landed)!;
    expect(found.builds.map(({ component, here }) => [component, here])).toEqual([
      ['rpm/python3.13', 'rpm/python3'],
      ['rpm/b', 'rpm/b'],
    ]);
    expect(found.left).toEqual([
      { component: 'rpm/kernel-rt', because: 'rpm/kernel-rt: follow.exclude leaves rpm/kernel-rt of up out' },
    ]);
    expect(mapped(entry, [built('module/m:1'), built('rpm/kernel')])).toBeNull();
  });
});

describe('a build that only this release has', () => {
  const one: MappedBuild = { ...built('rpm/a', 'b'), here: 'rpm/a' };
  const here = (more: Partial<BuildHere> = {}): BuildHere => {
    return { name: 'a-1-9', origin: 'cascade', commit: 'c'.repeat(40), ...more };
  };
  const words = (of: BuildHere | null, standing: Standing = null, unread: string | null = null) =>
    leftOutHere('up', one, of, { standing, unread });

  it.each<[string, string | null, RegExp | null]>([
    ['nothing is here', words(null), null],
    ['behind', words(here(), 'behind'), null],
    ['only our own bumps', words(here(), 'bumped'), null],
    [
      'apart',
      words(here(), 'apart'),
      /which up does not have: bring it there, or build it all the same: millrace change/,
    ],
    ['ahead', words(here(), 'ahead'), /newer than the one that landed in up; to build it all the same/],
    ['nobody can say', words(here(), null, 'it has no such branch'), /cannot be said: it has no such branch/],
    ['the same commit', words(here({ commit: 'b'.repeat(40) })), /was built from commit bbbbbbbb already/],
    [
      'by hand, from nothing known',
      words(here({ commit: null, origin: 'hand' })),
      /made by hand here, tells no commit/,
    ],
    ['by a cascade, from nothing known', words(here({ commit: null })), null],
  ])('%s', (_, because, expected) => {
    if (expected === null) expect(because).toBeNull();
    else expect(because).toMatch(expected);
  });

  it('is never overwritten, whatever is known: only what up contains, or nothing of people, gives way', () => {
    const standings = fc.constantFrom<Standing>('behind', 'bumped', 'ahead', 'apart', null);
    const commits = fc.constantFrom(null, 'b'.repeat(40), 'c'.repeat(40));
    const origins = fc.constantFrom<BuildHere['origin']>('cascade', 'hand');
    fc.assert(
      fc.property(standings, commits, origins, (standing, commit, origin) => {
        const of = here({ commit, origin });
        const asked = needsStanding(one, of) ? standing : null;
        if (words(of, asked) !== null) return true;
        return (
          (asked === 'behind' || asked === 'bumped' || (commit === null && origin === 'cascade')) && commit !== 'b'
        );
      }),
    );
  });

  it('a landed build that tells no commit cannot be followed; a stack is assembled here', () => {
    const none = { ...one, source: null };
    expect(leftOutHere('up', none, null, { standing: null, unread: null })).toMatch(/tells no commit/);
    expect(leftOutHere('up', { ...none, here: 'stack/s' }, here(), { standing: null, unread: null })).toBeNull();
  });
});

describe('what lands in a release that is followed', () => {
  const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': [] };
  const landing = (id: string, builds: readonly FollowedBuild[]): Landing => {
    return { id, of: 'up', what: `cascade ${id}`, builds, seen: [id] };
  };

  async function following(follow: object = { lull: '10m' }): Promise<World> {
    const world = new World({ graph, definition: { follow: [entryOf(follow)] } });
    await world.start([], 'set');
    await world.take({ type: 'follow.due', release: 'mill' });
    return world;
  }
  const looked = (world: World, ...landings: Landing[]) =>
    world.take({ type: 'follow.looked', release: 'mill', landings });
  const orders = (world: World): ChangeToCheck[] =>
    [...world.works.values()].filter((one) => one.kind === 'follow.check').map((one) => one.order as ChangeToCheck);
  /** The graph knows all of them, and nothing of them was built here. */
  function checked(world: World, { follows, ...order }: ChangeToCheck): Promise<unknown> {
    const { builds, left, ...of } = follows as FollowOrder;
    const components = builds.map((one) => ({ component: one.here, source: one.source, nvr: null }));
    const { change: id, components: _, times: __, ...about } = order;
    const change = { ...about, id, all: false, components, unknown: [], own: left, follows: of };
    return world.take({ type: 'change.reported', release: 'mill', asked: false, change });
  }

  it('begins with a baseline, and is taken once however often it is seen', async () => {
    const world = await following();
    const look = [...world.works.values()].find((one) => one.kind === 'follow.look')!;
    expect(look.order).toMatchObject({ followed: { up: { since: expect.stringMatching(/^2026/), seen: [] } } });
    const one = landing('c1-up', [built('rpm/a')]);
    await looked(world, one);
    await looked(world, one, landing('c2-up', [built('rpm/b')]));
    await looked(world, one);
    expect(orders(world).map((order) => order.follows?.landing)).toEqual(['c1-up', 'c2-up']);
    expect(orders(world)[0]).toMatchObject({ by: 'follow:up', kind: 'commit', message: { source: 'release/up' } });
  });

  it('500 builds are one change, built from the same commits when the lull is over, in order', async () => {
    const world = await following({ lull: '10m', urgency: 'background' });
    const many = Array.from({ length: 497 }, (_, n) => built(`rpm/n${n}`));
    await looked(world, landing('c1-up', [...many, built('rpm/b', 'd'), built('rpm/a', 'e'), built('rpm/c', 'f')]));
    expect(orders(world)).toHaveLength(1);
    const [order] = orders(world);
    const known = order!.follows!.builds.filter((one) => one.here in graph);
    await checked(world, { ...order!, follows: { ...order!.follows!, builds: known } });
    const changes = [...world.store.rows.changes.values()].filter((one) => one.by === 'follow:up');
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({
      outcome: 'waits',
      waitsFor: 'lull',
      because: expect.stringContaining('within 10m'),
    });
    await world.pass(9 * 60_000);
    expect(world.store.rows.cascades.size).toBe(0);
    await world.settle();
    expect(world.store.rows.cascades.size).toBe(1);
    expect(world.cascade).toMatchObject({ state: 'completed', urgency: 'background', by: 'follow:up' });
    expect(world.rebuild('rpm/a').source).toEqual(git('e'));
    expect(world.rebuild('rpm/b')).toMatchObject({ source: git('d'), tier: 1 });
  });

  it('landings within the lull become one cascade; a commit of its own waits for none of them', async () => {
    const world = await following({ lull: '10m' });
    await looked(world, landing('c1-up', [built('rpm/a')]));
    await checked(world, orders(world)[0]!);
    await world.pass(5 * 60_000);
    await looked(world, landing('c2-up', [built('rpm/c')]));
    await checked(world, orders(world)[1]!);
    await world.pass(6 * 60_000);
    expect(world.store.rows.cascades.size).toBe(0);
    await world.change(['rpm/b'], 'commit', 'f'.repeat(40));
    expect(world.cascade.roots).toEqual(['rpm/a', 'rpm/b', 'rpm/c']);
  });

  it('what is left out by name says so in the change', async () => {
    const world = await following({ exclude: ['rpm/c'] });
    await looked(world, landing('c1-up', [built('rpm/a'), built('rpm/c')]));
    await checked(world, orders(world)[0]!);
    const [change] = [...world.store.rows.changes.values()].filter((one) => one.by === 'follow:up');
    expect(change).toMatchObject({
      components: [{ component: 'rpm/a' }],
      dropped: [{ component: 'rpm/c', because: expect.stringContaining('follow.exclude') }],
    });
  });
});

describe('releases that follow one another', () => {
  const of = (release: string, ...names: string[]) => ({ release, follow: names.map((one) => ({ release: one })) });

  it('are refused when they are applied, with the ring', async () => {
    const world = new World({ graph: {} });
    const apply = (release: string, ...names: string[]) => {
      const follow = names.map((one) => ({ release: one }));
      const definition = releaseDefinition.parse({ ...definitionOf(), release, follow });
      return world.take({ type: 'release.apply', release, definition, why: '' });
    };
    expect(isRefusal(await apply('a', 'b'))).toBe(false);
    expect(isRefusal(await apply('b', 'c'))).toBe(false);
    expect(await apply('c', 'a')).toMatchObject({
      code: 'follow-ring',
      because: expect.stringContaining('c -> a -> b -> c'),
    });
    expect(world.store.rows.releases.has('c')).toBe(false);
    expect(isRefusal(await apply('c', 'd'))).toBe(false);
  });

  it('no release follows itself', () => {
    const parsed = releaseDefinition.safeParse({ ...definitionOf(), follow: [{ release: 'mill' }] });
    expect(parsed.error?.issues[0]).toMatchObject({ path: ['follow', 0, 'release'] });
  });

  it('a ring is found in any graph that has one through the release, and only there', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const edges = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), { maxLength: 12 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const all = names.map((name) => of(name, ...pairs.filter(([from]) => from === name).map(([, to]) => to)));
        const ring = followRing(all, 'a');
        const reached = new Set(['a']);
        for (let n = 0; n < names.length; n++) {
          for (const [from, to] of pairs) if (reached.has(from)) reached.add(to);
        }
        const closes = pairs.some(([from, to]) => to === 'a' && reached.has(from));
        if (!ring) return !closes;
        const steps = ring.slice(1).map((to, n) => pairs.some(([from, there]) => from === ring[n] && there === to));
        return closes && ring[0] === 'a' && ring.at(-1) === 'a' && steps.every(Boolean);
      }),
    );
  });
});
