import type { SideTag } from '@millrace/contracts';
import { moment } from '@millrace/kernel';
import { World } from '../../store/testing/world';
import { sideTagLines } from './explain-side-tags';
import { sideTagView } from './side-tag-view';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'] };
const of = { release: 'mill', system: 'koji' };

/** The cascade waits behind `rpm/a`, whose gate is silent. */
async function begun(side_tags?: object): Promise<World> {
  const definition = side_tags === undefined ? {} : { side_tags };
  const world = new World({ graph, gate: () => 'silent', definition: definition as never });
  await world.start('all');
  await world.settle();
  return world;
}

const works = (world: World, kind: string) => [...world.works.values()].filter((one) => one.kind === kind);
const lines = (world: World) => {
  const { sideTags, baseMoves } = world.store.rows;
  return sideTagLines([...sideTags.values()], baseMoves.get(world.cascade.id));
};

describe('a side tag that somebody made', () => {
  it('is adopted for a cascade that runs, and what is in it is looked into as builds made by hand', async () => {
    const world = await begun();
    const { id: cascade } = world.cascade;
    const about = { ...of, tag: 's-1', cascade };
    expect(await world.take({ type: 'sidetag.adopt', ...about, why: 'mine' }, 'ada')).toMatchObject({
      tag: 's-1',
      cascade,
    });
    expect(works(world, 'sidetag.adopt')).toHaveLength(1);
    const build = { ref: 'task-7', component: 'rpm/b', origin: 'hand', state: 'complete', nvr: 'b-2-1', cascade: null };
    await world.take({ type: 'sidetag.adopted', ...about, builds: [build as never], fault: null });
    expect(works(world, 'build.collect').map((one) => one.key)).toEqual(['task-7']);
    expect(lines(world)).toEqual(['It is built in side tag s-1, which ada gave it: mine.']);
  });

  it('is refused for a cascade that is unknown or has ended, with a remedy', async () => {
    const world = await begun();
    const adopt = (cascade: string) =>
      world.take({ type: 'sidetag.adopt', ...of, tag: 's-1', cascade, why: '' }, 'ada');
    expect(await adopt('c9')).toMatchObject({ code: 'cascade-unknown' });
    const { id } = world.cascade;
    await world.take({ type: 'cascade.cancel', release: 'mill', cascade: id, component: null, why: 'enough' }, 'ada');
    await world.settle();
    expect(await adopt(id)).toMatchObject({
      code: 'cascade-ended',
      remedy: expect.stringContaining('start') as string,
    });
    expect(works(world, 'sidetag.adopt')).toEqual([]);
  });

  it('says why it could not be adopted', async () => {
    const world = await begun();
    const about = { ...of, tag: 's-1', cascade: world.cascade.id };
    await world.take({ type: 'sidetag.adopt', ...about, why: '' }, 'ada');
    const fault = {
      code: 'side-tag-refused',
      kind: 'forbidden',
      message: 'millrace may not tag there',
      remedy: 'ask',
    } as const;
    await world.take({ type: 'sidetag.adopted', ...about, builds: [], fault });
    expect(lines(world)).toEqual(['Side tag s-1: millrace may not tag there (ask).']);
  });
});

describe('a side tag that somebody deletes under its cascade', () => {
  const gone = (world: World) => {
    const tag = { tag: 's-1', cascade: world.cascade.id, by: 'bob' };
    return world.take({ type: 'sidetag.seen', ...of, gone: [tag], moved: [] });
  };

  it('is made anew once, the cascade says so meanwhile, and what was in it is told', async () => {
    const world = await begun();
    await gone(world);
    await gone(world);
    expect(world.cascade.problem).toMatch(/^bob deleted its side tag s-1; it is made anew/);
    expect(works(world, 'sidetag.restore')).toHaveLength(1);
    const about = { ...of, tag: 's-1', cascade: world.cascade.id };
    await world.take({ type: 'sidetag.restored', ...about, made: 's-2', builds: ['a-1-1'], fault: null });
    expect(world.cascade.problem).toBeNull();
    expect(lines(world)).toEqual([
      'Its side tag was made anew: s-2 took the place of s-1, which bob deleted, with a-1-1 in it.',
    ]);
  });

  it('is only told where the release asks for that, with what to do', async () => {
    const world = await begun({ base: 'follow', when_deleted: 'ask', keep_on_failure: true });
    await gone(world);
    expect(works(world, 'sidetag.restore')).toEqual([]);
    expect(world.cascade.problem).toContain(`millrace sidetag adopt TAG --cascade ${world.cascade.id}`);
  });

  it('raises an alert at once, which ends when there is another', async () => {
    const told = async (world: World) => {
      await world.rest();
      return [world.events('alert.raised').length, world.events('alert.ended').length];
    };
    const world = await begun();
    await gone(world);
    await gone(world);
    expect(await told(world)).toEqual([1, 0]);
    expect(world.events('alert.raised')[0]!.data).toMatchObject({
      alert: 'build-system-down/koji/s-1',
      text: `side tag s-1 of cascade ${world.cascade.id} in koji was deleted by bob: nothing is built there`,
      remedy: expect.stringContaining('millrace sidetag adopt TAG') as string,
    });
    const about = { ...of, tag: 's-1', cascade: world.cascade.id };
    const fault = { code: 'x', kind: 'forbidden', message: 'a quota of side tags', remedy: 'ask' } as const;
    await world.take({ type: 'sidetag.restored', ...about, made: null, builds: [], fault });
    expect(await told(world)).toEqual([1, 0]);
    await world.take({ type: 'sidetag.restored', ...about, made: 's-2', builds: [], fault: null });
    expect(await told(world)).toEqual([1, 1]);
  });

  it('ends its alert too when a person gives the cascade another', async () => {
    const world = await begun({ base: 'follow', when_deleted: 'ask', keep_on_failure: true });
    await gone(world);
    await world.rest();
    const about = { ...of, tag: 's-2', cascade: world.cascade.id };
    await world.take({ type: 'sidetag.adopted', ...about, builds: [], fault: null });
    await world.take({ type: 'watch.due', release: 'mill' });
    expect([world.events('alert.raised').length, world.events('alert.ended').length]).toEqual([1, 1]);
  });

  it('is nothing to a cascade that has ended', async () => {
    const world = await begun();
    const cancel = { cascade: world.cascade.id, component: null, why: 'enough' };
    await world.take({ type: 'cascade.cancel', release: 'mill', ...cancel }, 'ada');
    await world.settle();
    await gone(world);
    expect(works(world, 'sidetag.restore')).toEqual([]);
  });
});

describe('a base that moves', () => {
  const moved = (nvr: string, component = 'rpm/x') => {
    const was = { nvr: 'x-1-1', build: 'task-1' };
    return {
      type: 'sidetag.seen',
      ...of,
      gone: [],
      moved: [{ component, nvr, build: 'task-2', was, by: 'bob' }],
    } as const;
  };

  it('is seen and followed, each move once', async () => {
    const world = await begun();
    await world.take(moved('x-2-1'));
    await world.take(moved('x-2-1'));
    expect(works(world, 'sidetag.pin')).toEqual([]);
    expect(lines(world)).toEqual([
      'The base moved meanwhile: x-2-1 came by bob in the place of x-1-1, and it is built with that.',
    ]);
  });

  it('is pinned where the release says so, but for what the cascade rebuilds itself', async () => {
    const world = await begun({ base: 'pin', when_deleted: 'recreate', keep_on_failure: true });
    await world.take(moved('x-2-1'));
    await world.take(moved('a-9-1', 'rpm/a'));
    expect(works(world, 'sidetag.pin').map((one) => one.order)).toEqual([
      { ...of, cascade: world.cascade.id, build: 'task-1', nvr: 'x-1-1', component: 'rpm/x' },
    ]);
    const { moves, count } = world.store.rows.baseMoves.get(world.cascade.id)!;
    expect([count, moves.map((one) => one.effect)]).toEqual([2, ['pin', 'own']]);
    const fault = { code: 'koji-not-tagged', kind: 'conflict', message: 'the task failed' } as const;
    await world.take({ type: 'sidetag.pinned', release: 'mill', cascade: world.cascade.id, nvr: 'x-1-1', fault });
    expect(world.cascade.problem).toContain('x-1-1 could not be pinned');
  });
});

describe('a side tag in the list', () => {
  const held: SideTag = {
    ...{ tag: 's-1', release: 'mill', cascade: 'c1', use: 'cascade', there: true, closed: null, adopted: false },
    ...{ owner: 'millrace', own: true, base: 'b', builds: 2, unlanded: ['a-1-1'], createdAt: moment(0) },
  };
  const view = (more: Partial<SideTag>, cascade?: object, live = false) => {
    const scene = { cascade: cascade as never, row: undefined, live, at: moment(60_000) };
    const { state, orphan, removable, age } = sideTagView({ ...held, ...more }, scene);
    return [state, orphan, removable, age];
  };

  it.each([
    ['builds', {}, { state: 'running' }, true, ['open', false, false, 60]],
    ['waits to be landed', {}, { state: 'completed', landed: false }, false, ['kept', false, false, 60]],
    ['has landed', { unlanded: [] }, { state: 'completed', landed: true }, false, ['landed', true, true, 60]],
    ['was given up with builds', {}, { state: 'cancelled' }, false, ['cancelled', true, false, 60]],
    ['is not known here', { unlanded: [] }, undefined, false, ['unclaimed', true, true, 60]],
    ['was deleted', { there: false, createdAt: null }, { state: 'running' }, true, ['deleted', false, false, null]],
    ['is another’s', { use: 'none', own: false }, undefined, false, ['foreign', false, false, 60]],
    [
      'is a person’s, adopted',
      { own: false, adopted: true },
      { state: 'cancelled' },
      false,
      ['cancelled', false, false, 60],
    ],
  ] as const)('whose cascade %s', (_, more, cascade, live, expected) => {
    expect(view(more, cascade, live)).toEqual(expected);
  });
});
