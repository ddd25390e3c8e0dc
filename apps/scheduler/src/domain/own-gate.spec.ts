import { World } from '../store/testing/world';

describe('the word of a build system that gates by itself', () => {
  it('is a result of the build, and nothing of a build that nobody knows', async () => {
    const world = new World({ graph: { 'rpm/a': [] } });
    await world.start('all');
    await world.settle();
    const { build, nvr } = world.rebuild('rpm/a');
    await world.take({
      type: 'build.gated',
      release: 'mill',
      gated: { ref: build!, outcome: 'PASSED', note: 'ready' },
    });
    await world.take({ type: 'build.gated', release: 'mill', gated: { ref: 'other', outcome: 'PASSED', note: '' } });
    expect(world.events('result.reported')).toEqual([expect.objectContaining({ subject: nvr })]);
  });
});
