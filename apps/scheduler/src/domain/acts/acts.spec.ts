import { isRefusal } from '@millrace/kernel';
import { World } from '../../store/testing/world';
import type { ActInput, ActScope, OpenTest, Verb } from './act-input';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/a'], 'rpm/d': ['rpm/b'] };

/** All of the mill waits behind `rpm/a`, whose gate is silent; the gates of `rpm/b` and `rpm/c` say no. */
async function begun(): Promise<World> {
  const world = new World({ graph, gate: (one) => (one === 'rpm/a' ? 'silent' : 'failed') });
  await world.start('all');
  await world.settle();
  return world;
}

/** `rpm/b` and `rpm/c` are rejected, and `rpm/d` waits for them. */
async function rejected(): Promise<World> {
  const world = await begun();
  const { build } = world.rebuild('rpm/a');
  const passed = { decision: 'passed', verdictRevision: 9, reasons: [] } as const;
  await world.take({ type: 'verdict.decided', release: 'mill', build: build!, ...passed });
  await world.settle();
  expect(world.states()).toMatchObject({ 'rpm/b': 'rejected', 'rpm/c': 'rejected', 'rpm/d': 'waiting' });
  return world;
}

const acts = (verb: Verb, scope: Partial<ActScope>, more: Partial<{ all: boolean; priority: number }> = {}) => {
  const whole = { cascade: null, tier: null, component: null, ...scope };
  const rest = { all: false, why: 'because', priority: 0, source: null, sources: {}, ...more };
  return { type: 'acts.wanted', release: 'mill', verb, scope: whole, ...rest } satisfies ActInput;
};

describe('an act on many', () => {
  it('is done to each in a tier, each as an act of its own, and the answer names them', async () => {
    const world = await rejected();
    const reply = await world.take(acts('skip', { cascade: world.cascade.id, tier: 1 }));
    expect(reply).toMatchObject({
      done: true,
      acts: [
        { cascade: world.cascade.id, component: 'rpm/b', done: true, text: expect.stringContaining('is skipped') },
        { component: 'rpm/c', done: true },
      ],
    });
    expect(world.selfs.map((one) => one.type)).toEqual(['cascade.skip', 'cascade.skip']);
    await world.settle();
    expect(world.states()).toMatchObject({ 'rpm/b': 'skipped', 'rpm/c': 'skipped' });
  });

  it('is done where it can be, and says of the others why not and what to do', async () => {
    const world = await begun();
    const reply = await world.take(acts('skip', { cascade: world.cascade.id, tier: 0 }));
    expect(reply).toMatchObject({ code: 'rebuild-state', because: expect.stringContaining('rpm/a is gating') });
    await world.take({
      ...{ type: 'cascade.cancel', release: 'mill', cascade: world.cascade.id, component: 'rpm/b', why: '' },
    });
    const both = await world.take(acts('cancel', { cascade: world.cascade.id, tier: 1 }));
    expect(both).toMatchObject({ done: true, acts: [{ component: 'rpm/c', done: true }] });
    await world.settle();
    expect(world.rebuild('rpm/c').state).toBe('cancelled');
  });

  it('of a release is done in each of its cascades', async () => {
    const world = await rejected();
    const reply = await world.take(acts('retry', { component: 'rpm/b' }));
    expect(reply).toMatchObject({ done: true, text: 'rpm/b will be built again', acts: [{ component: 'rpm/b' }] });
    await world.settle();
    expect(world.rebuild('rpm/b').attempt).toBe(2);
    expect(await world.take(acts('raise', {}, { priority: 5 }))).toMatchObject({ acts: [{ component: null }] });
    await world.rest();
    expect(world.cascade.urgency).toBe('security');
    await world.take(acts('cancel', {}));
    await world.settle();
    expect(world.cascade.state).toBe('cancelled');
  });

  it('retries, removes and raises what that can be done to, and nothing else', async () => {
    const world = await rejected();
    const { id: cascade } = world.cascade;
    expect(await world.take(acts('retry', { cascade }))).toMatchObject({ acts: [{}, {}] });
    expect(await world.take(acts('raise', { cascade, tier: 2 }, { priority: 7 }))).toMatchObject({
      acts: [{ component: 'rpm/d', text: 'rpm/d has priority 7 now' }],
    });
    expect(await world.take(acts('remove', { cascade }, { all: true }))).toMatchObject({
      acts: [{ component: 'rpm/d', done: true }],
    });
    await world.settle();
    expect(world.rebuild('rpm/d').state).toBe('skipped');
    expect(world.rebuild('rpm/b').attempt).toBe(2);
  });

  it('adds to the cascades that do not have it', async () => {
    const world = await rejected();
    expect(await world.take(acts('add', { component: 'rpm/new' }))).toMatchObject({
      acts: [{ component: 'rpm/new', done: true }],
    });
    expect(await world.refused(acts('add', { component: 'rpm/b' }))).toMatchObject({ code: 'rebuild-known' });
  });

  it.each([
    ['a tier that there is not', acts('skip', { tier: 9 }), 'tier-unknown'],
    ['everything in a cascade by the way', acts('skip', {}), 'component-missing'],
    ['a component that nobody rebuilds', acts('skip', { component: 'rpm/z' }), 'rebuild-unknown'],
  ])('is refused as a whole, with a remedy: %s', async (_, input, code) => {
    const world = await begun();
    const refusal = await world.refused({ ...input, scope: { ...input.scope, cascade: world.cascade.id } });
    expect(refusal.code).toBe(code);
    expect(refusal.remedy).not.toBe('');
    expect(world.selfs).toEqual([]);
  });

  it('of a release where nothing runs is refused', async () => {
    const world = await begun();
    await world.take(acts('cancel', {}));
    await world.settle();
    expect(await world.refused(acts('retry', {}))).toMatchObject({ code: 'nothing-runs' });
    expect(await world.refused(acts('skip', { cascade: world.cascade.id }))).toMatchObject({ code: 'cascade-ended' });
    expect(await world.refused(acts('skip', { cascade: 'c-0' }))).toMatchObject({ code: 'cascade-unknown' });
  });
});

describe('waivers of many', () => {
  const wanted = (world: World, tests: readonly OpenTest[], expires: string | null = null): ActInput => ({
    ...{ type: 'waivers.wanted', release: 'mill', comment: 'known flaky', expires, tests },
    scope: { cascade: world.cascade.id, tier: null, component: null },
  });
  const open = (world: World, component: string, test: string): OpenTest => ({
    ...{ cascade: world.cascade.id, component, build: world.rebuild(component).build!, test },
    subject: { type: 'koji_build', id: `${component.slice(4)}-1-1`, aliases: [] },
  });

  it('are told to the bridge one by one, each with whose they are', async () => {
    const world = await rejected();
    const tests = [open(world, 'rpm/b', 'ci.one'), open(world, 'rpm/b', 'ci.two'), open(world, 'rpm/c', 'ci.one')];
    const reply = await world.take(wanted(world, tests), 'ada');
    expect(reply).toMatchObject({ waived: [{ test: 'ci.one' }, { test: 'ci.two' }, { component: 'rpm/c' }] });
    await world.rest();
    const told = world.events('waiver.wanted').map(({ data }) => data);
    expect(told).toMatchObject([
      { component: 'rpm/b', testcase: 'ci.one', comment: 'known flaky', subject: { id: 'b-1-1' } },
      { component: 'rpm/b', testcase: 'ci.two' },
      { component: 'rpm/c', testcase: 'ci.one' },
    ]);
  });

  it('are refused where no test keeps a gate shut, and where they would be over already', async () => {
    const world = await rejected();
    expect(await world.refused(wanted(world, []))).toMatchObject({ code: 'nothing-open' });
    const past = wanted(world, [open(world, 'rpm/b', 'ci.one')], '2020-01-01T00:00:00.000Z');
    expect(isRefusal(await world.take(past)) && world.events('waiver.wanted')).toEqual([]);
  });
});
