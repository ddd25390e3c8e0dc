import { releaseDefinition } from '@millrace/contracts';
import { definitionOf } from '../../store/testing/outside';
import { World } from '../../store/testing/world';
import type { ReleaseDefinition } from '@millrace/contracts';
import { mostObserved } from './observed';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'], 'rpm/d': [] };

function observing(): World {
  return new World({ graph, definition: { mode: 'observe' } });
}

async function apply(world: World, mode: ReleaseDefinition['mode'], confirmed?: number | 'any'): Promise<unknown> {
  const definition = releaseDefinition.parse({ ...definitionOf(), mode });
  const reply = await world.take({
    type: 'release.apply',
    release: 'mill',
    definition,
    why: '',
    ...(confirmed ? { confirmed } : {}),
  });
  await world.settle();
  return reply;
}

async function change(world: World, components: readonly string[]): Promise<void> {
  await world.change(components);
  await world.settle();
}

async function handBuild(world: World, component: string, endedAt = '2099-01-01T00:00:00.000Z'): Promise<void> {
  const status = {
    ref: `hand-${component}`,
    component,
    origin: 'hand',
    cascade: null,
    state: 'complete',
    nvr: 'x-1-1',
  };
  const rest = { bootstrap: false, startedAt: null, endedAt, repository: null, submittedBy: 'ada', source: null };
  const about = { release: 'mill', system: 'local-rpm', cursor: '1', problem: null };
  await world.take({ type: 'builds.seen', ...about, builds: [{ ...status, ...rest } as never] });
  await world.settle();
}

const cascades = (world: World) => [...world.store.rows.cascades.values()].sort((a, b) => a.number - b.number);
const release = (world: World) => world.store.rows.releases.get('mill')!;
const submissions = (world: World) =>
  [...world.works.values()].filter((work) => !['change.check', 'plan.make'].includes(work.kind));

describe('a release that only observes', () => {
  it('makes a plan of each change, beside those that it made before, and starts none', async () => {
    const world = observing();
    await world.start(['rpm/a', 'rpm/b'], 'commit');
    await world.settle();
    await change(world, ['rpm/d']);
    expect(cascades(world).map((one) => [one.state, one.roots])).toEqual([
      ['awaiting-approval', ['rpm/a', 'rpm/b']],
      ['awaiting-approval', ['rpm/d']],
    ]);
    expect(release(world)).toMatchObject({ running: null, observed: cascades(world).map((one) => one.id) });
    expect(world.submitted).toEqual([]);
    expect(submissions(world)).toEqual([]);
  });

  it('keeps a bounded number of plans: the oldest are dropped, and say so', async () => {
    const world = observing();
    await world.start(['rpm/d'], 'commit');
    await world.settle();
    for (let n = 0; n < mostObserved; n++) await change(world, ['rpm/d']);
    expect(release(world).observed).toHaveLength(mostObserved);
    const [first, second] = cascades(world);
    expect(first).toMatchObject({ state: 'cancelled', problem: expect.stringContaining('newer') as string });
    expect(second!.state).toBe('awaiting-approval');
  });

  it('sees that people built what it foresaw, and drops a plan of which nothing is left', async () => {
    const world = observing();
    await world.start(['rpm/a', 'rpm/b'], 'commit');
    await world.settle();
    await handBuild(world, 'rpm/a');
    expect(world.states()).toEqual({ 'rpm/a': 'unneeded', 'rpm/b': 'waiting' });
    expect(world.rebuild('rpm/a').because).toContain('ada built it by hand');
    await handBuild(world, 'rpm/b');
    expect(cascades(world)[0]).toMatchObject({
      state: 'cancelled',
      problem: expect.stringContaining('people') as string,
    });
    expect(release(world).observed).toEqual([]);
  });

  it('takes no build for one of its plan that is older than that', async () => {
    const world = observing();
    await world.start(['rpm/a'], 'commit');
    await world.settle();
    await handBuild(world, 'rpm/a', '2020-01-01T00:00:00.000Z');
    expect(world.states()).toEqual({ 'rpm/a': 'waiting' });
  });
});

describe('leaving observe', () => {
  it('names the builds that would start, and starts them only when that number is agreed to', async () => {
    const world = observing();
    await world.start(['rpm/a', 'rpm/b'], 'commit');
    await world.settle();
    await change(world, ['rpm/b', 'rpm/d']);
    const refused = await apply(world, 'act');
    expect(refused).toMatchObject({ refused: true, code: 'builds-would-start' });
    expect(refused).toMatchObject({
      because: expect.stringContaining('3 builds of 2 plans would start now') as string,
      remedy: expect.stringContaining('--yes 3') as string,
    });
    expect(await apply(world, 'act', 2)).toMatchObject({
      refused: true,
      because: expect.stringContaining('not 2') as string,
    });
    expect(release(world).definition.mode).toBe('observe');
    expect(world.submitted).toEqual([]);
    expect(await apply(world, 'act', 3)).toMatchObject({ changed: true, mode: 'act', starts: { builds: 3, plans: 2 } });
    // One cascade of all, planned anew.
    expect(cascades(world).map((one) => one.state)).toEqual(['cancelled', 'cancelled', 'completed']);
    expect(world.submitted.map((one) => one.component).sort()).toEqual(['rpm/a', 'rpm/b', 'rpm/d']);
  });

  it('for approve starts nothing: one plan of all waits for a person', async () => {
    const world = observing();
    await world.start(['rpm/a'], 'commit');
    await world.settle();
    expect(await apply(world, 'approve')).toMatchObject({ mode: 'approve', starts: { builds: 1, plans: 1 } });
    expect(world.cascade).toMatchObject({ state: 'awaiting-approval', roots: ['rpm/a'] });
    expect(world.submitted).toEqual([]);
    await world.take({ type: 'cascade.resume', release: 'mill', cascade: world.cascade.id, component: null, why: '' });
    await world.settle();
    expect(world.cascade.state).toBe('completed');
  });

  it('needs no agreement where nothing would start', async () => {
    const world = observing();
    await world.start(['rpm/a'], 'commit');
    await world.settle();
    await handBuild(world, 'rpm/a');
    expect(await apply(world, 'act')).toMatchObject({ changed: true, starts: { builds: 0, plans: 0 } });
  });
});

describe('going back to observe', () => {
  it('holds what runs, until the release leaves it and a person lets it go on', async () => {
    const world = new World({ graph, running: () => 'building' });
    await world.start(['rpm/a', 'rpm/b'], 'commit');
    await world.rest();
    await world.take({
      type: 'release.apply',
      release: 'mill',
      definition: releaseDefinition.parse({ ...definitionOf(), mode: 'observe' }),
      why: '',
    });
    expect(world.cascade.state).toBe('held');
    const resume = {
      type: 'cascade.resume',
      release: 'mill',
      cascade: world.cascade.id,
      component: null,
      why: '',
    } as const;
    expect(await world.take(resume)).toMatchObject({ refused: true, code: 'release-observes' });
    await world.take({
      type: 'release.apply',
      release: 'mill',
      definition: releaseDefinition.parse(definitionOf()),
      why: '',
    });
    await world.take(resume);
    expect(world.cascade.state).toBe('running');
  });
});

describe('what was observed', () => {
  it('is taken up without what people have built of it, and with what that would have touched', async () => {
    const world = observing();
    await world.start(['rpm/a', 'rpm/b'], 'commit');
    await world.settle();
    const [plan] = cascades(world);
    // The plan of a release that only observes has what a change is likely to touch: here rpm/b, which nobody named.
    const change = [...world.store.rows.changes.values()][0]!;
    world.store.rows.changes.set(change.id, {
      ...change,
      components: change.components.filter((one) => one.component === 'rpm/a'),
    });
    await handBuild(world, 'rpm/a');
    expect(plan!.state).toBe('awaiting-approval');
    expect(await apply(world, 'act', 1)).toMatchObject({ starts: { builds: 1, plans: 1, components: ['rpm/b'] } });
    expect(world.submitted.map((one) => one.component)).toEqual(['rpm/b']);
  });
});
