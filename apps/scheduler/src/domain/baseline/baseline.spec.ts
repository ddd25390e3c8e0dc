import { World } from '../../store/testing/world';
import type { FoundBuild, FoundPage } from './baseline-input';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'] };
const commits = ['a', 'b'].map((one) => one.repeat(40)) as [string, string];
const url = 'https://src.example/rpms/x';

function found(component: string, more: Partial<FoundBuild> = {}): FoundBuild {
  const name = component.split('/')[1]!;
  return {
    ...{ component, ref: `task-${name}`, nvr: `${name}-1-1`, owner: 'ada', builtBy: 'bob', completedAt: null },
    ...{ durationMs: 90_000, source: { kind: 'git', url, commit: commits[0] }, inputs: ['gcc-1-1'], failure: null },
    ...more,
  };
}

async function adopting(): Promise<World> {
  const world = new World({ graph, definition: { mode: 'observe' } });
  await world.start(['rpm/gone']);
  await world.settle();
  expect(await world.take({ type: 'adoption.start', release: 'mill', why: 'we begin', inputs: true })).toMatchObject({
    done: true,
  });
  return world;
}

const baseline = (world: World) => world.store.rows.baselines.get('mill')!;
const debts = (world: World) => [...world.store.rows.debts.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
const pagesAsked = (world: World) => [...world.works.values()].filter((work) => work.kind === 'adoption.page');

/** Answers the page that is asked for. */
async function page(world: World, builds: readonly FoundBuild[], cursor: string | null): Promise<unknown> {
  const asked = pagesAsked(world).at(-1)!.order as { round: number; from: string | null };
  for (const [id, work] of world.works) if (work.kind === 'adoption.page') world.works.delete(id);
  const answer: FoundPage = { builds, cursor, total: 2, places: ['t1'] };
  return world.take({ type: 'adoption.paged', release: 'mill', system: 'local-rpm', ...asked, page: answer });
}

describe('adopting a release', () => {
  it('keeps what is there page by page, and how far it has got', async () => {
    const world = await adopting();
    await page(world, [found('rpm/a')], 'rpm/a');
    expect(baseline(world).adoption).toMatchObject({
      state: 'running',
      systems: [{ cursor: 'rpm/a', pages: 1, builds: 1, total: 2, places: ['t1'], owners: 1, durations: 1 }],
    });
    expect(pagesAsked(world).map((work) => work.order)).toEqual([expect.objectContaining({ from: 'rpm/a' })]);
    await page(world, [found('rpm/b')], null);
    expect(baseline(world).adoption).toMatchObject({ state: 'done', endedAt: expect.any(String) as string });
    expect(world.store.rows.adopted.get('mill/rpm/b')).toMatchObject({
      ...{ owner: 'ada', builtBy: 'bob', inputs: ['gcc-1-1'], nvr: 'b-1-1', build: 'task-b' },
    });
  });

  it('takes a page once, and none of an import before', async () => {
    const world = await adopting();
    const late = { type: 'adoption.paged', release: 'mill', system: 'local-rpm', from: null } as const;
    const answer: FoundPage = { builds: [found('rpm/b')], cursor: null, total: 1, places: [] };
    await world.take({ ...late, round: 0, page: answer });
    expect(baseline(world).adoption!.state).toBe('running');
    await page(world, [found('rpm/a')], 'rpm/a');
    await world.take({ ...late, round: 1, page: answer });
    expect(baseline(world).adoption!.systems[0]).toMatchObject({ pages: 1, cursor: 'rpm/a' });
  });

  it('goes on when its build system was away, and ends when that refuses', async () => {
    const world = await adopting();
    const broke = { type: 'adoption.broke', release: 'mill', system: 'local-rpm', round: 1, from: null } as const;
    const fault = { code: 'x', kind: 'unavailable', message: 'it is down' } as const;
    await world.take({ ...broke, fault });
    expect(baseline(world).adoption).toMatchObject({ state: 'running', problem: 'local-rpm: it is down' });
    expect(pagesAsked(world)).toHaveLength(2);
    await world.take({ ...broke, fault: { ...fault, kind: 'forbidden', message: 'no' } });
    expect(baseline(world).adoption).toMatchObject({ state: 'failed', problem: 'local-rpm: no' });
  });

  it('runs once at a time', async () => {
    const world = await adopting();
    const refused = await world.refused({ type: 'adoption.start', release: 'mill', why: '', inputs: true });
    expect(refused).toMatchObject({ code: 'adoption-running' });
  });

  it('learns durations where no build of ours has shown them', async () => {
    const world = await adopting();
    world.store.rows.durations.set('mill/rpm/b', {
      ...{ id: 'mill/rpm/b', revision: 1, release: 'mill', component: 'rpm/b', recent: [5], typical: 5 },
    });
    await page(world, [found('rpm/a'), found('rpm/b')], null);
    expect(world.store.rows.durations.get('mill/rpm/a')).toMatchObject({ typical: 90_000 });
    expect(world.store.rows.durations.get('mill/rpm/b')).toMatchObject({ typical: 5 });
  });
});

describe('debt', () => {
  it('is what fails, and what is stale: listed, and never rebuilt', async () => {
    const world = await adopting();
    const head = { component: 'rpm/a', url, commit: commits[1] };
    await world.take({ type: 'sources.polled', release: 'mill', heads: [head] });
    const failure = { ref: 'task-9', nvr: 'b-2-1', at: null };
    await page(world, [found('rpm/a'), found('rpm/b', { failure })], null);
    await world.settle();
    expect(debts(world).map((one) => [one.component, one.kind, one.settledAt])).toEqual([
      ['rpm/a', 'stale', null],
      ['rpm/b', 'failing', null],
    ]);
    await world.take({ type: 'release.reconcile', release: 'mill', after: '' });
    await world.settle();
    expect([...world.store.rows.changes.values()].filter((one) => one.kind === 'commit')).toEqual([]);
    expect(world.checked).toEqual([]);
    expect(world.submitted).toEqual([]);
  });

  it('is seen as well when the head of a source is read after the import', async () => {
    const world = await adopting();
    await page(world, [found('rpm/a')], null);
    const head = { component: 'rpm/a', url, commit: commits[1] };
    await world.take({ type: 'sources.polled', release: 'mill', heads: [head] });
    expect(debts(world)).toEqual([expect.objectContaining({ kind: 'stale', component: 'rpm/a' })]);
    expect(world.checked).toEqual([]);
  });

  it('is what the first snapshot does not satisfy; a later one that does settles it', async () => {
    const world = await adopting();
    await world.take({ type: 'graph.published', release: 'mill', snapshot: 's-1' });
    const look = [...world.works.values()].find((work) => work.kind === 'baseline.look')!;
    expect(look.order).toEqual({ release: 'mill', snapshot: 's-1', first: true });
    const broken = [{ component: 'rpm/a', requirements: ['libx.so.1'] }];
    await world.take({ type: 'baseline.found', release: 'mill', snapshot: 's-1', broken });
    await world.take({ type: 'baseline.looked', release: 'mill', snapshot: 's-1', total: 1 });
    expect(baseline(world)).toMatchObject({ snapshot: 's-1', broken: 1 });
    expect(debts(world)[0]!.because).toContain('libx.so.1');
    await world.take({ type: 'debt.mended', release: 'mill', snapshot: 's-2', components: ['rpm/a'] });
    expect(debts(world)[0]).toMatchObject({ settledBy: 'snapshot s-2 satisfies it' });
    expect(world.checked).toEqual([]);
  });

  it('is settled by a new build, not by one that is older', async () => {
    const world = await adopting();
    const failure = { ref: 'task-9', nvr: 'b-2-1', at: null };
    await page(world, [found('rpm/b', { failure })], null);
    const built = (endedAt: string) =>
      world.take({ type: 'debt.built', release: 'mill', builds: [{ component: 'rpm/b', nvr: 'b-3-1', endedAt }] });
    await built('2000-01-01T00:00:00.000Z');
    expect(debts(world)[0]!.settledAt).toBeNull();
    await built('2099-01-01T00:00:00.000Z');
    expect(debts(world)[0]).toMatchObject({ settledBy: 'b-3-1 was built' });
  });
});
