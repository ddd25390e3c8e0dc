import { World } from '../store/testing/world';

const commit = (digit: string): string => digit.repeat(40);
const reconcile = { type: 'release.reconcile', release: 'mill', after: '' } as const;

/** `a` is validated from its first commit, and nobody was told of a second one. */
async function outdated(): Promise<World> {
  const world = new World({ graph: { 'rpm/a': [], 'rpm/b': ['rpm/a'] } });
  await world.start(['rpm/a'], 'commit', commit('1'));
  await world.settle();
  expect(world.cascade.state).toBe('completed');
  await headIs(world, commit('2'));
  return world;
}

async function headIs(world: World, head: string): Promise<void> {
  const heads = [{ component: 'rpm/a', url: 'file:///git/rpm/a', commit: head }];
  await world.take({ type: 'sources.polled', release: 'mill', heads });
}

const reported = (world: World) => world.checked.filter((one) => one.by === 'reconcile');

describe('reconciling', () => {
  it('reports a component whose newest build is of another commit than its head, once for each head', async () => {
    const world = await outdated();
    await world.take(reconcile);
    await world.take(reconcile);
    expect(reported(world)).toMatchObject([
      {
        kind: 'commit',
        components: [{ component: 'rpm/a', commit: commit('2') }],
        why: expect.stringContaining('rpm/a'),
      },
    ]);
  });

  it('reports nothing that is built from its head, or of which a change waits', async () => {
    const world = await outdated();
    await headIs(world, commit('1'));
    await world.take(reconcile);
    expect(reported(world)).toEqual([]);
    await headIs(world, commit('3'));
    await world.take({ type: 'watch.due', release: 'mill' });
    await world.start(['rpm/b'], 'set');
    await world.change(['rpm/a'], 'commit', commit('3'));
    await world.take(reconcile);
    expect(reported(world)).toEqual([]);
  });

  it('is done by the watch, every few minutes', async () => {
    const world = await outdated();
    await world.take({ type: 'watch.due', release: 'mill' });
    await world.settle();
    expect(reported(world)).toHaveLength(1);
    await headIs(world, commit('4'));
    world.checked.length = 0;
    for (let n = 0; n < 6; n++) {
      world.wait(60_000);
      await world.take({ type: 'watch.due', release: 'mill' });
    }
    await world.settle();
    expect(reported(world)).toHaveLength(1);
  });

  it('looks again at a build whose end was never seen, and a look that was only late does not double it', async () => {
    let runs = true;
    const world = new World({ graph: { 'rpm/a': [] }, running: () => (runs ? 'building' : null) });
    await world.start('all');
    await world.settle();
    const lost = [...world.works.entries()];
    world.works.clear();
    const { id: cascade } = world.cascade;
    await world.take({ type: 'cascade.reconcile', release: 'mill', cascade });
    expect(world.works.size).toBe(0);
    world.wait(400_000);
    await world.take({ type: 'cascade.reconcile', release: 'mill', cascade });
    expect([...world.works.values()].map((one) => one.kind)).toEqual(['build.look']);
    for (const [id, work] of lost) world.works.set(id, work);
    runs = false;
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(world.events('build.finished')).toHaveLength(1);
  });

  it('asks for builds and verdicts at once when the scheduler has just started', async () => {
    const world = new World({ graph: { 'rpm/a': [] }, running: () => 'building' });
    await world.start('all');
    await world.settle();
    world.works.clear();
    const { id: cascade } = world.cascade;
    await world.take({ type: 'cascade.reconcile', release: 'mill', cascade, all: true });
    expect([...world.works.values()].map((one) => one.kind)).toEqual(['build.look']);
  });

  it('asks again for a verdict that is open, or that refused a build, every ten minutes', async () => {
    for (const decision of ['pending', 'failed'] as const) {
      const world = new World({ graph: { 'rpm/a': [], 'rpm/b': ['rpm/a'] }, gate: () => 'silent' });
      await world.start('all');
      await world.settle();
      const reason = { test: 't', state: 'failed', text: '', result: 1, waiver: null, link: null } as const;
      const about = { build: world.rebuild('rpm/a').build!, decision, verdictRevision: 3 };
      await world.take({ type: 'verdict.decided', release: 'mill', ...about, reasons: [reason] });
      const asked = (): number => world.events('verdict.wanted').length;
      const before = asked();
      for (let n = 0; n < 21; n++) {
        world.wait(60_000);
        await world.take({ type: 'cascade.reconcile', release: 'mill', cascade: world.cascade.id });
      }
      expect(asked() - before).toBe(2);
    }
  });

  it('takes a snapshot of the graph of which nobody told as told, and asks nothing twice', async () => {
    const world = await outdated();
    await world.take(reconcile);
    expect([...world.works.values()].filter((one) => one.kind === 'graph.look')).toHaveLength(1);
    const looked = { type: 'graph.looked', release: 'mill' } as const;
    await world.take({ type: 'graph.published', release: 'mill', snapshot: 's-1' });
    for (const snapshot of ['s-1', null]) await world.take({ ...looked, snapshot });
    expect(world.selfs.filter((one) => one.type === 'graph.published')).toEqual([]);
    await world.take({ ...looked, snapshot: 's-2' });
    await world.settle();
    expect(world.store.rows.releases.get('mill')!.snapshot).toBe('s-2');
  });

  it('reads the heads of sources of which forges tell: the news of a push may be lost', async () => {
    const world = await outdated();
    await world.take(reconcile);
    expect(world.polled).toBe(0);
    const source = world.store.rows.sources.get('mill/rpm/a')!;
    world.store.rows.sources.set(source.id, { ...source, pushedAt: '2026-01-01T00:00:00.000Z' });
    await world.take(reconcile);
    expect(world.polled).toBe(1);
  });
});
