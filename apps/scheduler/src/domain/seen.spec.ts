import { releaseDefinition, type ReleaseDefinition } from '@millrace/contracts';
import { definitionOf, endedBuild } from '../store/testing/outside';
import { World } from '../store/testing/world';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'] };
const healing = {
  triggers: { rules: [{ kinds: ['snapshot'], outcome: 'start', reason: 'the release heals itself' }] },
};
const building = { triggers: { rules: [{ kinds: ['build'], outcome: 'start', reason: 'builds by hand count' }] } };

async function worldOf(more: Partial<Record<keyof ReleaseDefinition, unknown>>, outside: object = {}): Promise<World> {
  const world = new World({ graph, ...outside });
  const definition = releaseDefinition.parse({ ...definitionOf(), ...more });
  await world.take({ type: 'release.apply', release: 'mill', definition, why: '' });
  await world.take({ type: 'capacity.known', system: 'local-rpm', limit: 2 });
  return world;
}

const changes = (world: World) => [...world.store.rows.changes.values()];
const workOf = (world: World, kind: string) => [...world.works.values()].filter((work) => work.kind === kind);

describe('a new snapshot', () => {
  const published = (snapshot: string) => ({ type: 'graph.published', release: 'mill', snapshot }) as const;
  const checked = (to: string, components: readonly string[]) =>
    ({
      ...({ type: 'snapshot.checked', release: 'mill', to } as const),
      broken: components.map((component) => ({ component, requirement: 'libgone.so.1' })),
    }) as const;

  it('is compared with the one before; the first is the baseline', async () => {
    const world = await worldOf(healing);
    await world.take(published('s-1'));
    expect(workOf(world, 'snapshot.check')).toEqual([]);
    await world.take(published('s-2'));
    await world.take(published('s-2'));
    const [check, ...more] = workOf(world, 'snapshot.check');
    expect(check!.order).toEqual({ release: 'mill', from: 's-1', to: 's-2' });
    expect(more).toEqual([]);
  });

  it('is not followed by an older one, of which the word came late or twice', async () => {
    const world = await worldOf(healing);
    for (const number of [4, 5, 3, 5, 4]) await world.take({ ...published(`s-${number}`), number });
    expect(world.store.rows.releases.get('mill')!.snapshot).toBe('s-5');
    expect(workOf(world, 'snapshot.check').map((work) => work.order)).toEqual([
      { release: 'mill', from: 's-4', to: 's-5' },
    ]);
    // Imported ones are counted apart.
    await world.take({ ...published('s-i1'), number: 1 });
    expect(world.store.rows.releases.get('mill')!.snapshot).toBe('s-i1');
    await world.take({ ...published('s-6'), number: 6 });
    // The resolver was set back to a backup: asked for its newest, it is believed, and what it tells from then on.
    await world.take(published('s-2'));
    await world.take({ ...published('s-3b'), number: 3 });
    expect(world.store.rows.releases.get('mill')!.snapshot).toBe('s-3b');
  });

  it('of a release that is not built here is of no interest', async () => {
    const world = await worldOf(healing);
    expect(await world.take({ ...published('x-1'), release: 'elsewhere' })).toBeUndefined();
    expect(world.store.rows.releases.size).toBe(1);
  });

  it('that breaks nothing starts nothing', async () => {
    const world = await worldOf(healing);
    await world.take(checked('s-2', []));
    expect(workOf(world, 'change.check')).toEqual([]);
  });

  it('that breaks something is a change of what is broken, and starts a cascade by rule', async () => {
    const world = await worldOf(healing);
    await world.take(checked('s-2', ['rpm/b', 'rpm/b']));
    const [check] = workOf(world, 'change.check');
    expect(check!.order).toMatchObject({
      ...{ kind: 'snapshot', by: 'resolver', components: [{ component: 'rpm/b' }] },
      why: expect.stringContaining('libgone.so.1'),
      message: { source: 'resolver', id: 's-2' },
    });
  });

  it('that breaks what the running cascade is about to rebuild is no change', async () => {
    const world = await worldOf(healing, { gate: () => 'silent' });
    await world.change('all', 'set');
    await world.settle();
    const change = {
      ...({ id: null, release: 'mill', kind: 'snapshot', all: false, unknown: [], urgency: 'normal' } as const),
      ...{ by: 'resolver', why: 'broken', components: [{ component: 'rpm/b', source: null, nvr: null }] },
    } as const;
    const reply = await world.take({ type: 'change.reported', release: 'mill', asked: false, change });
    expect(reply).toMatchObject({
      outcome: 'cascade',
      cascade: world.cascade.id,
      because: expect.stringMatching(/waiting/),
    });
  });
});

describe('a build that appears in a build system', () => {
  const appears = (world: World, component: string) =>
    world.take({
      type: 'hand.ended',
      release: 'mill',
      ended: endedBuild('h-1', component, 'complete', 1, { status: { origin: 'hand', submittedBy: 'bob' } }),
    });

  it('is a change, and ignored where no rule speaks of builds', async () => {
    const world = await worldOf({});
    await appears(world, 'rpm/a');
    await world.settle();
    expect(changes(world)).toEqual([
      expect.objectContaining({
        kind: 'build',
        by: 'bob',
        outcome: 'ignored',
        because: expect.stringContaining('triggers.rules'),
      }),
    ]);
    expect(world.store.rows.cascades.size).toBe(0);
  });

  it('by rule starts a cascade that takes it, and builds only what it breaks', async () => {
    const adds = (component: string) => (component === 'rpm/a' ? ['rpm/b'] : []);
    const world = await worldOf(building, { adds });
    await appears(world, 'rpm/a');
    await world.settle();
    expect(world.cascade).toMatchObject({ state: 'completed', roots: ['rpm/a'], by: 'bob' });
    expect(world.submitted.map((one) => one.component)).toEqual(['rpm/b']);
    expect(world.rebuild('rpm/a')).toMatchObject({ state: 'validated', origin: 'hand', build: 'h-1' });
    expect(changes(world)[0]).toMatchObject({ kind: 'build', outcome: 'cascade', message: { id: 'h-1' } });
  });

  it('of a cascade of our own is no change', async () => {
    const world = await worldOf(building);
    await world.change(['rpm/a'], 'set');
    await world.settle();
    expect(changes(world).map((one) => one.kind)).toEqual(['set']);
  });

  it('of what a cascade rebuilds is no change either: that cascade takes it or says why not', async () => {
    const world = await worldOf(building, { gate: () => 'silent' });
    await world.change('all', 'set');
    await world.settle();
    await appears(world, 'rpm/b');
    await world.settle();
    expect(changes(world).map((one) => one.kind)).toEqual(['set']);
  });

  it('that is named by its NVR alone and was never seen is ignored by name', async () => {
    const world = await worldOf(building);
    const change = {
      ...({
        id: null,
        release: 'mill',
        kind: 'build',
        all: false,
        unknown: [],
        urgency: 'normal',
        by: 'fedora',
        why: '',
      } as const),
      components: [{ component: 'rpm/a', source: null, nvr: 'a-9-1' }],
    } as const;
    const reply = await world.take({ type: 'change.reported', release: 'mill', asked: false, change });
    expect(reply).toMatchObject({ outcome: 'ignored', because: expect.stringContaining('a-9-1') });
  });
});
