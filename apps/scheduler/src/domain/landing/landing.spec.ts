import type { LandingState, ReleaseDefinition } from '@millrace/contracts';
import { isRefusal } from '@millrace/kernel';
import { PlayedRelease } from '../../store/testing/landing';
import type { Outside } from '../../store/testing/outside';
import { World } from '../../store/testing/world';
import type { CascadeRow } from '../state';
import type { LandingRow } from './landing-rows';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'], 'rpm/d': [] };
const all = Object.keys(graph);

const landingOf = (world: World, cascade: CascadeRow = world.cascade): LandingRow =>
  world.store.rows.landings.get(`${cascade.id}/${cascade.landings}`)!;
const first = (world: World): CascadeRow => [...world.store.rows.cascades.values()].find((one) => one.number === 1)!;
const names = (lands: PlayedRelease): string[] =>
  [...lands.has].map((ref) => ref.split('_rpm_')[1]!.split('_')[0]!).sort();
const states = (world: World): LandingState[] =>
  world.said
    .filter((one) => one.event === 'millrace.scheduler.landing.changed.v1')
    .map((one) => (one.data as { state: LandingState }).state);

async function ran(outside: Partial<Outside>, definition: Partial<ReleaseDefinition> = {}): Promise<World> {
  const world = new World({ graph, definition: { landing: 'automatic', ...definition }, ...outside });
  await world.start(all);
  await world.settle();
  return world;
}

const land = (world: World, partial = false) =>
  world.take({ type: 'landing.ask', release: 'mill', cascade: first(world).id, partial, why: 'it is time' }, 'ada');

describe('landing', () => {
  it('goes through its states, what others need first, and ends the cascade', async () => {
    const lands = new PlayedRelease(false, 2);
    const world = await ran({ lands });
    expect(world.cascade).toMatchObject({ state: 'completed', landed: true });
    expect(states(world)).toEqual(['planned', 'checked', 'approved', 'landing', 'landed']);
    expect(lands.acts).toEqual([
      ...['in rpm/a', 'in rpm/d', 'in rpm/b', 'in rpm/c'],
      ...['final rpm/a', 'final rpm/d', 'final rpm/b', 'final rpm/c'],
    ]);
    expect(landingOf(world)).toMatchObject({ total: 4, done: 4, stays: 0, adapters: ['koji-tag'] });
    expect([...world.store.rows.landing_steps.values()].map((step) => step.state)).toEqual(Array(4).fill('landed'));
  });

  it('is refused over something newer, with the remedy, and the cascade waits for somebody', async () => {
    const lands = new PlayedRelease(false);
    lands.hindered.set('rpm/b', 'the base has b-9, which is newer');
    const world = await ran({ lands });
    expect(world.cascade).toMatchObject({ state: 'stalled', landed: false, closing: false });
    expect(world.cascade.problem).toContain('the base has b-9, which is newer');
    expect(landingOf(world)).toMatchObject({ state: 'refused', findings: [{ kind: 'newer-in-base', blocks: true }] });
    expect(lands.acts).toEqual([]);
  });

  it('lands in part: the largest set that needs nothing of what stays, and the rest goes on by itself', async () => {
    const lands = new PlayedRelease(false);
    lands.hindered.set('rpm/b', 'the base has b-9, which is newer');
    const world = await ran({ lands });
    expect(isRefusal(await land(world, true))).toBe(false);
    await world.settle();
    const cascade = first(world);
    expect(cascade).toMatchObject({ state: 'completed', landed: true });
    expect(names(lands).slice(0, 2)).toEqual(['a', 'd']);
    expect(landingOf(world, cascade)).toMatchObject({ state: 'landed', attempt: 2, total: 2, stays: 2, by: 'ada' });
    expect(landingOf(world, cascade).staying).toEqual([
      { component: 'rpm/b', because: 'the base has b-9, which is newer' },
      { component: 'rpm/c', because: 'it was built on rpm/b, which stays behind' },
    ]);
    expect(world.cascade.number).toBe(2);
    expect(world.cascade.roots).toEqual(['rpm/b', 'rpm/c']);
    expect([...world.store.rows.validated.values()].filter((row) => row.cascade === cascade.id)).toHaveLength(2);
  });

  it('leaves behind who takes away what others of the release still use', async () => {
    const lands = new PlayedRelease(false);
    lands.takes.set('rpm/d', 'rpm/elsewhere');
    const world = await ran({ lands });
    expect(landingOf(world)).toMatchObject({ state: 'refused', findings: [{ kind: 'closure', component: 'rpm/d' }] });
    await land(world, true);
    await world.settle();
    expect(landingOf(world, first(world)).staying.map((one) => one.component)).toEqual(['rpm/d']);
  });

  it('lands a stalled cascade in part: what failed is given up there, and goes on in the next', async () => {
    const lands = new PlayedRelease(false);
    const world = await ran({ lands, build: (component) => (component === 'rpm/b' ? 'failed' : 'complete') });
    expect(world.cascade.state).toBe('stalled');
    const whole = await land(world);
    expect(isRefusal(whole)).toBe(false);
    await world.settle();
    expect(landingOf(world)).toMatchObject({ state: 'refused' });
    expect(landingOf(world).findings.map((one) => [one.kind, one.component])).toEqual([
      ['not-validated', 'rpm/b'],
      ['not-validated', 'rpm/c'],
    ]);
    await land(world, true);
    await world.settle();
    expect(first(world)).toMatchObject({ state: 'completed', landed: true });
    expect(first(world).counts).toMatchObject({ validated: 2, cancelled: 2 });
    expect(names(lands)).toEqual(['a', 'd']);
    expect(world.cascade.roots).toEqual(['rpm/b', 'rpm/c']);
  });

  it('takes everything out again when one build cannot go in: all or nothing', async () => {
    const lands = new PlayedRelease(false);
    const many = Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`rpm/p${String(n).padStart(3, '0')}`, []]));
    lands.refuses.add('rpm/p110');
    const world = new World({
      graph: many,
      lands,
      definition: { landing: 'automatic', capacity: 200, canaries: { first: 0, stop_loss: 1, least: 10 } },
    });
    await world.start('all');
    await world.settle();
    expect(lands.has.size).toBe(0);
    expect(lands.acts.filter((act) => act.startsWith('in'))).toHaveLength(100);
    expect(lands.acts.filter((act) => act.startsWith('out')).at(-1)).toBe('out rpm/p000');
    expect(landingOf(world)).toMatchObject({
      state: 'refused',
      problem: expect.stringContaining('may not be tagged') as string,
    });
    expect(world.cascade.state).toBe('stalled');
  });

  it('takes everything out when a build comes into doubt while it lands', async () => {
    const lands = new PlayedRelease(false);
    lands.waits = 'an update waits for its tests';
    const world = new World({ graph, lands, definition: { landing: 'automatic' } });
    await world.start(all);
    await world.rest();
    expect(landingOf(world)).toMatchObject({ state: 'landing', problem: 'an update waits for its tests' });
    const row = world.rebuild('rpm/a');
    const { cascade } = row;
    const withdrawn = {
      ref: row.build,
      component: 'rpm/a',
      nvr: row.nvr,
      how: 'untagged',
      from: 'side',
      by: 'bob',
    } as const;
    await world.take({ type: 'build.withdrawn', release: 'mill', withdrawn });
    lands.waits = null;
    await world.settle();
    expect(lands.has.size).toBe(0);
    expect(landingOf(world)).toMatchObject({ state: 'refused' });
    expect(world.store.rows.cascades.get(cascade)).toMatchObject({ state: 'stalled', landed: false });
  });

  it('leaves alone what the release had before, forward and backward', async () => {
    const lands = new PlayedRelease(false);
    const world = new World({ graph, lands, definition: { landing: 'manual' } });
    await world.start(all);
    await world.settle();
    lands.has.add(world.rebuild('rpm/a').build!);
    await land(world);
    await world.settle();
    expect(lands.acts).toEqual(['in rpm/d', 'in rpm/b', 'in rpm/c']);
    expect(landingOf(world)).toMatchObject({ state: 'landed', total: 4 });
  });
});

describe('landing by hand', () => {
  it('waits for a person after the cascade has ended, and lands late', async () => {
    const lands = new PlayedRelease(false);
    const world = await ran({ lands }, { landing: 'manual' });
    expect(world.cascade).toMatchObject({ state: 'completed', landed: false });
    expect(landingOf(world)).toMatchObject({ state: 'planned', by: null });
    expect(await land(world)).toMatchObject({ done: true, landing: `${world.cascade.id}/1` });
    expect(await land(world)).toMatchObject({ code: 'landing-under-way' });
    await world.settle();
    expect(world.cascade).toMatchObject({ state: 'completed', landed: true, closing: false });
    expect(names(lands)).toEqual(['a', 'b', 'c', 'd']);
    expect(await land(world)).toMatchObject({ code: 'cascade-landed' });
  });

  it('is asked for where the release wants a person to approve', async () => {
    const policy = { approval: 'person', closure: 'refuse', then: 'ask' } as const;
    const lands = new PlayedRelease(false);
    const world = await ran({ lands }, { landing_policy: policy });
    expect(landingOf(world).state).toBe('checked');
    expect(world.cascade).toMatchObject({
      state: 'stalled',
      problem: expect.stringContaining('cascade land') as string,
    });
    await land(world);
    await world.settle();
    expect(landingOf(world)).toMatchObject({ state: 'landed', attempt: 2, by: 'ada' });
  });

  it('is refused while the cascade builds, and while a freeze holds', async () => {
    const running = new World({ graph, running: () => 'building', definition: { landing: 'manual' } });
    await running.start(all);
    await running.rest();
    expect(await land(running)).toMatchObject({ code: 'cascade-moving' });
    const freeze = {
      name: 'beta',
      what: 'landing',
      reason: 'the beta',
      from: '2025-01-01T00:00:00Z',
      until: '2027-01-01T00:00:00Z',
      components: ['*'],
      security: 'wait',
    };
    const frozen = await ran({}, { landing: 'manual', freezes: [freeze] as never });
    expect(await land(frozen)).toMatchObject({ code: 'landing-frozen' });
  });
});

describe('the deadline of a landing', () => {
  const policy = (then: 'ask' | 'partial' | 'drop') =>
    ({ approval: 'none', closure: 'refuse', deadline: '3d', then }) as const;
  const fails: Partial<Outside> = { build: (component) => (component === 'rpm/b' ? 'failed' : 'complete') };

  it('lands what can go', async () => {
    const lands = new PlayedRelease(false);
    const world = await ran({ lands, ...fails }, { landing_policy: policy('partial') });
    expect(first(world)).toMatchObject({ state: 'completed', landed: true });
    expect(names(lands)).toEqual(['a', 'd']);
  });

  it('gives the cascade up', async () => {
    const lands = new PlayedRelease(false);
    const world = await ran({ lands, ...fails }, { landing_policy: policy('drop') });
    expect(first(world)).toMatchObject({ state: 'cancelled', landed: false });
    expect(lands.has.size).toBe(0);
  });

  it('asks somebody', async () => {
    const world = await ran(fails, { landing_policy: policy('ask') });
    expect(first(world)).toMatchObject({ state: 'stalled', problem: expect.stringContaining('within 3d') as string });
  });
});

describe('taking a landing back', () => {
  const revert = (world: World, more: { builtOn?: string[]; accepted?: boolean; shipped?: string[] } = {}) =>
    world.take(
      {
        type: 'landing.revert',
        release: 'mill',
        cascade: first(world).id,
        builtOn: [],
        accepted: false,
        shipped: [],
        why: 'it broke',
        ...more,
      },
      'ada',
    );

  it('takes the builds out, the last first', async () => {
    const lands = new PlayedRelease(false);
    const world = await ran({ lands });
    expect(await revert(world)).toMatchObject({ done: true });
    await world.settle();
    expect(lands.acts.slice(4)).toEqual(['out rpm/c', 'out rpm/b', 'out rpm/d', 'out rpm/a']);
    expect(landingOf(world)).toMatchObject({ state: 'reverted' });
    expect(first(world).landed).toBe(false);
    expect(await revert(world)).toMatchObject({ code: 'cascade-not-landed' });
  });

  it('counts again what it had replaced', async () => {
    const world = await ran({ lands: new PlayedRelease(false) });
    const newest = () => [...world.store.rows.validated.values()].map((row) => [row.component, row.build]);
    const before = newest();
    await world.change('all', 'set');
    await world.settle();
    expect(newest()).not.toEqual(before);
    const second = world.cascade.id;
    const about = { builtOn: [], accepted: false, shipped: [], why: 'it broke' };
    await world.take({ type: 'landing.revert', release: 'mill', cascade: second, ...about }, 'ada');
    await world.settle();
    expect(newest()).toEqual(before);
  });

  it('is refused when it has shipped, and when others have built on it unless that is meant', async () => {
    const world = await ran({ lands: new PlayedRelease(false) });
    expect(await revert(world, { shipped: ['compose Mill-1'] })).toMatchObject({ code: 'cascade-shipped' });
    expect(await revert(world, { builtOn: ['rpm/z'] })).toMatchObject({ code: 'cascade-built-on' });
    expect(await revert(world, { builtOn: ['rpm/z'], accepted: true })).toMatchObject({ done: true });
  });
});
