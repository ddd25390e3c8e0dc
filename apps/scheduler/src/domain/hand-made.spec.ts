import { endedBuild } from '../store/testing/outside';
import { World } from '../store/testing/world';

const chain = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'], 'rpm/x': ['rpm/a'] };
const built = (world: World): string[] => world.submitted.map((one) => one.component);

describe('hand-made builds', () => {
  const outside = { graph: chain, build: (one: string) => (one === 'rpm/b' ? 'failed' : 'complete') } as const;
  const byHand = (world: World, inputs: string[], more = {}) => ({
    type: 'hand.ended' as const,
    release: 'mill',
    ended: endedBuild('hand-1', 'rpm/b', 'complete', 1, {
      status: { origin: 'hand', submittedBy: 'ada', ...more },
      inputs,
    }),
  });

  it('are adopted when their inputs are the builds of the cascade, and the cascade goes on from there', async () => {
    const world = new World(outside);
    await world.start('all');
    await world.settle();
    await world.take(byHand(world, [`rpm/a|${world.rebuild('rpm/a').build}`]));
    expect(world.rebuild('rpm/b')).toMatchObject({ state: 'gating', origin: 'hand', resumed: true, attempt: 2 });
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(world.rebuild('rpm/b')).toMatchObject({ state: 'validated', build: 'hand-1' });
    const said = world.events('rebuild.validated').find((one) => one.subject === 'rpm/b')!;
    expect(said.data).toMatchObject({ origin: 'hand', resumed: true });
    expect(built(world).filter((one) => one === 'rpm/b')).toHaveLength(1);
  });

  it('bring their source along: the commit that they were made from starts nothing when it is pushed', async () => {
    const world = new World(outside);
    await world.start('all');
    await world.settle();
    const commit = 'c'.repeat(40);
    const source = { kind: 'git', url: 'file:///home/ada/b', commit };
    await world.take(byHand(world, [`rpm/a|${world.rebuild('rpm/a').build}`], { source }));
    expect(await world.change(['rpm/b'], 'commit', commit)).toMatchObject({ outcome: 'ignored' });
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(await world.change(['rpm/b'], 'commit', commit)).toMatchObject({ outcome: 'ignored' });
  });

  it('made against the old builds are only seen, with the reason and the command that would do', async () => {
    const world = new World(outside);
    await world.start('all');
    await world.settle();
    await world.take(byHand(world, ['rpm/a|a-0']));
    expect(world.rebuild('rpm/b').state).toBe('failed');
    const row = world.store.rows.builds.get('hand-1')!;
    expect(row.standing).toBe('seen');
    expect(row.because).toContain(`--release mill --cascade ${world.cascade.id}`);
    await world.take({
      type: 'build.adopt',
      release: 'mill',
      cascade: world.cascade.id,
      build: 'hand-1',
      why: 'I know it',
    });
    await world.settle();
    expect(world.cascade.state).toBe('completed');
  });

  it('are not adopted when they are bootstrap builds, failed, or of another cascade', async () => {
    const world = new World(outside);
    await world.start('all');
    await world.settle();
    const good = [`rpm/a|${world.rebuild('rpm/a').build}`];
    await world.take(byHand(world, good, { ref: 'hand-2', bootstrap: true }));
    await world.take(byHand(world, good, { ref: 'hand-3', state: 'failed' }));
    await world.take(byHand(world, good, { ref: 'hand-4', cascade: 'c9-ffffff' }));
    await world.take(byHand(world, [], { ref: 'hand-5' }));
    expect(world.rebuild('rpm/b').state).toBe('failed');
    const standings = ['hand-2', 'hand-3', 'hand-4', 'hand-5'].map((id) => world.store.rows.builds.get(id)!.standing);
    expect(standings).toEqual(Array(4).fill('seen'));
  });

  it('take the place of a build of ours that still runs, and its slot is given back', async () => {
    const world = new World({ graph: { 'rpm/b': [] } });
    await world.start('all');
    while (world.rebuild('rpm/b')?.state !== 'building') await world.settle(() => 0, 1).catch(() => undefined);
    const ours = world.rebuild('rpm/b').build!;
    await world.take(byHand(world, []));
    await world.settle();
    expect(world.rebuild('rpm/b')).toMatchObject({ state: 'validated', build: 'hand-1' });
    expect(world.store.rows.builds.get(ours)!.state).toBe('superseded');
    expect(world.store.rows.capacity.get('build-system/local-rpm')!.granted).toEqual([]);
  });
});
