import { classified, releaseDefinition, type Evidence } from '@millrace/contracts';
import { definitionOf } from '../store/testing/outside';
import { World } from '../store/testing/world';
import { timesOf } from './history';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'] };
const commit = (digit: string): string => digit.repeat(40);
const built = (world: World): string[] => world.submitted.map((one) => one.component);
const person = (world: World, component: string) => ({
  ...{ release: 'mill', cascade: world.cascade.id, why: 'because', component },
});
const failed = (world: World) =>
  world.events('rebuild.failed').map((one) => one.data as { regression: string; evidence: Evidence });

/** A cascade of `b`, which fails; given up. */
async function failedOnce(how: () => 'failed' | 'complete' = () => 'failed', own = '1'): Promise<World> {
  const world = new World({ graph, build: (one) => (one === 'rpm/b' ? how() : 'complete') });
  await world.start(['rpm/b'], 'set', commit(own));
  await world.settle();
  return world;
}

async function giveUp(world: World): Promise<void> {
  await world.take({ type: 'cascade.cancel', ...person(world, ''), component: null });
  await world.settle();
}

describe('the memory of failures (promise 9)', () => {
  it('does not build the same source with the same inputs again, and says so', async () => {
    const world = await failedOnce();
    await giveUp(world);
    await world.change(['rpm/b'], 'set', commit('1'));
    await world.settle();
    expect(built(world)).toEqual(['rpm/b']);
    expect(world.rebuild('rpm/b')).toMatchObject({ state: 'failed', attempt: 1 });
    expect(world.rebuild('rpm/b').because).toContain('it failed before with the same source and inputs');
    expect(world.store.rows.capacity.get('build-system/local-rpm')).toMatchObject({ granted: [] });
  });

  it('tells what failed before already apart from a regression', async () => {
    const world = await failedOnce();
    expect(failed(world)[0]).toMatchObject({ regression: 'unknown' });
    await giveUp(world);
    await world.change(['rpm/b'], 'set', commit('2'));
    await world.settle();
    expect(built(world)).toEqual(['rpm/b', 'rpm/b']);
    expect(failed(world)[1]).toMatchObject({ regression: 'no' });
    expect([...world.store.rows.failures.values()].map((row) => [row.component, row.times, row.regression])).toEqual([
      ['rpm/b', 1, 'unknown'],
      ['rpm/b', 1, 'no'],
    ]);
  });

  it('counts it as a regression when it was validated last, and as none when it failed last', async () => {
    let how: 'failed' | 'complete' = 'complete';
    const world = await failedOnce(() => how);
    how = 'failed';
    for (const digit of ['2', '3']) {
      await world.change(['rpm/b'], 'set', commit(digit));
      await world.settle();
      await giveUp(world);
    }
    expect(failed(world).map((one) => one.regression)).toEqual(['yes', 'no']);
    expect([...world.store.rows.cascades.values()].map((row) => row.ramp.losses)).toEqual([0, 1, 0]);
  });

  it('builds it all the same when a person retries it', async () => {
    const world = await failedOnce();
    await giveUp(world);
    await world.change(['rpm/b'], 'set', commit('1'));
    await world.settle();
    await world.take({ type: 'cascade.retry', ...person(world, 'rpm/b'), sources: {} }, 'ada');
    await world.settle();
    expect(built(world)).toEqual(['rpm/b', 'rpm/b']);
  });

  it('is freed by a dependency that has a new build, at low priority and so many times a day', async () => {
    let how: 'failed' | 'complete' = 'failed';
    const world = new World({ graph, build: (one) => (one === 'rpm/b' ? how : 'complete') });
    await world.start(['rpm/a', 'rpm/b'], 'set', commit('1'));
    await world.settle();
    await giveUp(world);
    for (const digit of ['2', '3', '4']) {
      await world.change(['rpm/a'], 'set', commit(digit));
      await world.settle();
    }
    const checks = world.checked.map((order) => [order.components, order.urgency, order.by]);
    expect(checks).toEqual(Array(2).fill([[{ component: 'rpm/b' }], 'background', 'scheduler']));
    how = 'complete';
    await world.change(['rpm/b'], 'set', commit('5'));
    await world.settle();
    expect([...world.store.rows.failures.values()].map((row) => row.open)).toEqual([false]);
  });
});

describe('classes of failures', () => {
  const evidence: Evidence = {
    ...{ class: 'compile', stage: 'build', summary: 'make: error 1', logs: [], signature: 's' },
    tail: 'cc -c x.c\ncurl: (28) Connection timed out after 300 s\nmake: error 1\n',
  };

  it('come from the first pattern of the release that a line matches, with its words', () => {
    const patterns = [
      { match: 'no such line', class: 'test' as const },
      { match: 'curl: (*) Connection timed out', class: 'infrastructure' as const, summary: 'the mirror is away' },
    ];
    expect(classified(evidence, patterns)).toMatchObject({ class: 'infrastructure', summary: 'the mirror is away' });
    expect(classified(evidence, undefined)).toBe(evidence);
  });

  it('cannot be made to take for ever', () => {
    const tail = 'a'.repeat(8000);
    const patterns = Array.from({ length: 100 }, () => ({ match: `${'*a'.repeat(90)}b`, class: 'test' as const }));
    expect(classified({ ...evidence, tail }, patterns).class).toBe('compile');
  });

  it('are bounded and named in the definition, or refused with the place', () => {
    const wrong = { ...definitionOf(), failure_patterns: [{ match: 'x', class: 'weather' }] };
    expect(releaseDefinition.safeParse(wrong).error?.issues[0]?.path).toEqual(['failure_patterns', 0, 'class']);
  });

  it('of our own are tried again as often as the release says, and no more in one cascade than its budget', async () => {
    const many = Object.fromEntries(Array.from({ length: 4 }, (_, n) => [`rpm/p${n}`, []]));
    const retries = { attempts: 3, pause: '1s', budget: 3, freed_per_day: 2 };
    const failure_patterns = [{ match: 'failed', class: 'no-builder' as const }];
    const world = new World({ graph: many, build: () => 'failed', definition: { retries, failure_patterns } });
    await world.start('all');
    await world.settle();
    expect(world.submitted.length).toBeLessThanOrEqual(4 + 3);
    expect(world.cascade.state).toBe('stalled');
    expect(failed(world).every((one) => one.evidence.class === 'no-builder')).toBe(true);
    expect(failed(world).some((one) => one.evidence.summary.includes('retries for such failures are spent'))).toBe(
      true,
    );
    expect(world.store.rows.failures.size).toBe(0);
  });
});

describe('times of a cascade', () => {
  it('are kept for each hop and summed up', async () => {
    const world = new World({ graph, build: (one, n) => (one === 'rpm/c' && n === 1 ? 'failed' : 'complete') });
    await world.start('all');
    await world.settle();
    await world.take({ type: 'cascade.retry', ...person(world, 'rpm/c'), sources: {} });
    await world.settle();
    const { sums } = world.cascade;
    expect(sums).toMatchObject({ hops: 3, clean: 2, failures: 1, breakdowns: 0, built: 4000 });
    const times = ['rpm/a', 'rpm/b', 'rpm/c'].map((one) => timesOf(world.cascade, world.rebuild(one)));
    for (const { lead, waiting, building, gating } of times) expect(waiting! + building! + gating!).toBe(lead);
    expect(times.reduce((sum, one) => sum + one.lead!, 0)).toBe(sums!.lead);
  });
});
