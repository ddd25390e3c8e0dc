import { World } from '../store/testing/world';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/a'], 'rpm/d': ['rpm/b'] };
const nothing = { cascade: null, tier: null, component: null };
type Scope = Partial<{ cascade: string | null; tier: number | null; component: string | null }>;

const hold = (world: World, scope: Scope, until: string | null = null) =>
  world.take(
    { type: 'hold.set', release: 'mill', scope: { ...nothing, ...scope }, until, why: 'the mill stands' },
    'ada',
  );
const resume = (world: World, scope: Scope) =>
  world.take({ type: 'hold.end', release: 'mill', scope: { ...nothing, ...scope }, why: 'on it goes' }, 'ada');

/** All of the mill waits behind `rpm/a`, whose gate is silent until the world says more. */
async function begun(): Promise<World> {
  const world = new World({ graph, gate: (component) => (component === 'rpm/a' ? 'silent' : 'passed') });
  await world.start('all');
  await world.settle();
  expect(world.rebuild('rpm/a').state).toBe('gating');
  return world;
}

async function passA(world: World): Promise<void> {
  const { build } = world.rebuild('rpm/a');
  await world.take({
    type: 'verdict.decided',
    ...{ release: 'mill', build: build!, decision: 'passed', verdictRevision: 9, reasons: [] },
  });
  await world.settle();
}

describe('a hold', () => {
  it('of a tier lets the others go on, and of the tier nothing until it is resumed', async () => {
    const world = await begun();
    const scope = { cascade: world.cascade.id, tier: 1 };
    expect(await hold(world, scope)).toMatchObject({ done: true, text: expect.stringContaining('tier 1') });
    await world.settle();
    await passA(world);
    expect(world.states()).toEqual({
      'rpm/a': 'validated',
      'rpm/b': 'waiting',
      'rpm/c': 'waiting',
      'rpm/d': 'waiting',
    });
    expect(world.rebuild('rpm/b').because).toBe('ada holds it: the mill stands');
    await resume(world, scope);
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(world.store.rows.releases.get('mill')!.holds).toEqual([]);
  });

  it('with an end goes on by itself then', async () => {
    const world = await begun();
    const until = '2026-01-01T12:00:00.000Z';
    expect(await hold(world, { cascade: world.cascade.id }, until)).toMatchObject({
      text: expect.stringContaining(until),
    });
    await passA(world);
    expect(world.cascade.state).toBe('completed');
    expect(world.events('cascade.resumed').at(-1)!.data).toMatchObject({
      why: expect.stringMatching(/hold of ada is over/),
    });
    expect(world.rebuild('rpm/b').startedAt! >= until).toBe(true);
  });

  it('that a person has resumed meanwhile does not end once more', async () => {
    const world = await begun();
    const scope = { cascade: world.cascade.id, component: 'rpm/b' };
    await hold(world, scope, '2026-01-01T12:00:00.000Z');
    await resume(world, scope);
    await hold(world, scope);
    await world.settle();
    await passA(world);
    expect(world.rebuild('rpm/b')).toMatchObject({ state: 'waiting', held: true });
  });

  it('of a release holds its cascade, and lets no other start', async () => {
    const world = await begun();
    const { id: cascade } = world.cascade;
    const acts = [{ cascade, component: null, done: true, text: expect.any(String) }];
    expect(await hold(world, {})).toMatchObject({ done: true, acts });
    expect(world.cascade.state).toBe('held');
    // What is held already is said so, and held all the same.
    expect(await hold(world, {})).toMatchObject({ done: true, acts: [{ done: false, code: 'cascade-state' }] });
    await world.take({ type: 'cascade.cancel', release: 'mill', cascade: world.cascade.id, component: null, why: '' });
    await world.settle();
    expect(await world.change(['rpm/c'])).toMatchObject({
      outcome: 'waits',
      because: expect.stringMatching(/release mill: ada holds it: the mill stands/),
    });
    await resume(world, {});
    await world.settle();
    expect(world.cascade).toMatchObject({ number: 2, state: 'completed', roots: ['rpm/c'] });
  });

  it('of a release with an end lets what waits start then', async () => {
    const world = await begun();
    await world.take({ type: 'cascade.cancel', release: 'mill', cascade: world.cascade.id, component: null, why: '' });
    await world.settle();
    const until = '2026-01-01T12:00:00.000Z';
    await hold(world, {}, until);
    expect(await world.change(['rpm/c'])).toMatchObject({ outcome: 'waits' });
    await world.settle();
    expect(world.cascade.number).toBe(2);
    expect(world.cascade.startedAt >= until).toBe(true);
  });

  it('of a component keeps it from starting in this cascade and the next', async () => {
    const world = await begun();
    await hold(world, { component: 'rpm/b' });
    await passA(world);
    expect(world.states()).toMatchObject({ 'rpm/b': 'waiting', 'rpm/c': 'validated', 'rpm/d': 'waiting' });
    await world.take({ type: 'cascade.cancel', release: 'mill', cascade: world.cascade.id, component: null, why: '' });
    await world.change(['rpm/b'], 'set');
    await world.settle();
    expect(world.rebuild('rpm/b')).toMatchObject({
      state: 'waiting',
      held: true,
      because: 'ada holds it: the mill stands',
    });
    await resume(world, { component: 'rpm/b' });
    await world.settle();
    expect(world.cascade).toMatchObject({ number: 2, state: 'completed' });
  });

  it('is refused where there is nothing to hold, with what to do', async () => {
    const world = await begun();
    const set = (scope: Scope, until: string | null = null) =>
      world.refused({ type: 'hold.set', release: 'mill', scope: { ...nothing, ...scope }, until, why: '' });
    const { id: cascade } = world.cascade;
    expect(await set({ cascade: 'c9' })).toMatchObject({ code: 'cascade-unknown', kind: 'missing' });
    expect(await set({ cascade, tier: 7 })).toMatchObject({ code: 'tier-unknown', kind: 'missing' });
    expect(await set({ cascade, component: 'rpm/a' })).toMatchObject({ code: 'rebuild-state', kind: 'conflict' });
    expect(await set({ cascade }, '2025-01-01T00:00:00Z')).toMatchObject({ code: 'hold-over' });
    const end = { type: 'hold.end', release: 'mill', scope: nothing, why: '' } as const;
    expect(await world.refused(end)).toMatchObject({
      code: 'hold-unknown',
      remedy: expect.stringContaining('cascade holds'),
    });
    expect(world.store.rows.releases.get('mill')!.holds ?? []).toEqual([]);
  });
});
