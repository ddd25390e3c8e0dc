import { AppError, isRefusal } from '@millrace/kernel';
import { performLanding, PlayedRelease } from '../../store/testing/landing';
import { World } from '../../store/testing/world';
import type { LandingRow } from './landing-rows';

const many = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`rpm/p${String(n).padStart(3, '0')}`, []]));
const quick = { capacity: 200, canaries: { first: 0, stop_loss: 1, least: 10 } } as const;

const landingOf = ({ cascade, store }: World): LandingRow =>
  store.rows.landings.get(`${cascade.id}/${cascade.landings}`)!;
const abort = (world: World, shipped: readonly string[] = []) => {
  const { id: cascade } = world.cascade;
  return world.take({ type: 'landing.abort', release: 'mill', cascade, shipped, why: 'the installer broke' }, 'ada');
};
const land = (world: World) =>
  world.take({ type: 'landing.ask', release: 'mill', cascade: world.cascade.id, partial: false, why: '' }, 'ada');

/** A cascade whose landing waits in the middle: for its outside, as an update in Bodhi does. */
async function waiting(lands: PlayedRelease): Promise<World> {
  const world = new World({
    graph: { 'rpm/a': [], 'rpm/b': ['rpm/a'] },
    lands,
    definition: { landing: 'automatic', ...quick },
  });
  lands.waits = 'an update waits for its tests';
  await world.start('all');
  await world.rest();
  expect(landingOf(world)).toMatchObject({ state: 'landing', problem: 'an update waits for its tests' });
  return world;
}

/** Performs the only call of this kind that is out, and hands its answer in. */
async function answer(world: World, kind: string): Promise<void> {
  const [key, work] = [...world.works].find(([, one]) => one.kind === kind)!;
  world.works.delete(key);
  const input = await performLanding(world, work);
  if (input) await world.take(input);
}

/** A landing that was asked for by hand, with the call out that brings its first builds in. */
async function begun(lands: PlayedRelease): Promise<World> {
  const world = new World({ graph: many, lands, definition: { landing: 'manual', ...quick } });
  await world.start('all');
  await world.settle();
  await land(world);
  return world;
}

describe('a landing that a person aborts', () => {
  it('goes back at once where it only waits, and may land another time', async () => {
    const lands = new PlayedRelease(true);
    const world = await waiting(lands);
    expect(await abort(world)).toMatchObject({ done: true, text: expect.stringContaining('goes back') as string });
    expect(await abort(world)).toMatchObject({ code: 'landing-goes-back' });
    await world.rest();
    const why = 'ada aborts it: the installer broke';
    expect(landingOf(world)).toMatchObject({ state: 'refused', problem: why });
    expect(world.cascade).toMatchObject({ state: 'stalled', landed: false, closing: false });
    expect(world.cascade.problem).toContain(why);
    expect(await abort(world)).toMatchObject({ code: 'landing-not-under-way' });
    lands.waits = null;
    await land(world);
    await world.settle();
    expect(landingOf(world)).toMatchObject({ state: 'landed', attempt: 2 });
    expect(lands.has.size).toBe(2);
  });

  it('lets the call end that is under way, and takes out what it brought', async () => {
    const lands = new PlayedRelease(false);
    const world = await begun(lands);
    await answer(world, 'landing.check');
    await answer(world, 'landing.execute');
    expect([lands.has.size, landingOf(world).done]).toEqual([50, 50]);
    expect(await abort(world)).toMatchObject({ text: expect.stringContaining('as soon as the call') as string });
    expect([...world.works.values()].map((one) => one.kind)).toEqual(['landing.execute']);
    await world.settle();
    expect([lands.has.size, lands.acts.filter((act) => act.startsWith('in')).length]).toEqual([0, 50]);
    expect(landingOf(world)).toMatchObject({ state: 'refused', undoing: expect.stringContaining('aborts') as string });
    expect(world.cascade).toMatchObject({ state: 'completed', landed: false, closing: false });
  });

  it('goes back too when the call that was under way comes to nothing', async () => {
    const lands = new PlayedRelease(false);
    const world = await begun(lands);
    await answer(world, 'landing.check');
    await abort(world);
    const [work] = [...world.works.values()];
    const fault = { code: 'gone', kind: 'unavailable', message: 'the hub is away' } as const;
    const { landing, round, release, cascade } = work!.order as never as LandingRow & { landing: string };
    await world.take({ type: 'landing.broke', step: 'execute', landing, round, release, cascade, fault });
    await world.settle();
    expect(landingOf(world)).toMatchObject({ state: 'refused', problem: 'ada aborts it: the installer broke' });
  });

  it('is given up before it has begun', async () => {
    const lands = new PlayedRelease(false);
    const world = await begun(lands);
    expect(landingOf(world).state).toBe('planned');
    expect(await abort(world)).toMatchObject({ text: expect.stringContaining('nothing of it had begun') as string });
    await world.settle();
    expect([landingOf(world).state, lands.acts]).toEqual(['refused', []]);
  });

  it('goes on when users have got it meanwhile', async () => {
    const lands = new PlayedRelease(true);
    const world = await waiting(lands);
    expect(await abort(world, ['update F-1'])).toMatchObject({ code: 'cascade-shipped' });
    await abort(world);
    lands.undo = () => Promise.reject(stable());
    await world.rest();
    expect(landingOf(world)).toMatchObject({ state: 'landing', undoing: null, aborted: null });
    lands.waits = null;
    await world.settle();
    expect(landingOf(world).state).toBe('landed');
    expect(await abort(world)).toMatchObject({ code: 'cascade-landed' });
  });

  it('is refused when nothing lands', async () => {
    const world = new World({ graph: { 'rpm/a': [] }, definition: { landing: 'manual' } });
    await world.start('all');
    await world.settle();
    expect(await abort(world)).toMatchObject({ code: 'landing-not-under-way' });
    const unknown = { type: 'landing.abort', release: 'mill', cascade: 'c-0', shipped: [], why: 'x' } as const;
    expect(isRefusal(await world.take(unknown))).toBe(true);
  });

  it('stays landed when it is to be taken back and users have it', async () => {
    const lands = new PlayedRelease(true);
    const world = new World({ graph: { 'rpm/a': [] }, lands, definition: { landing: 'automatic' } });
    await world.start('all');
    await world.settle();
    lands.undo = () => Promise.reject(stable());
    const about = { builtOn: [], accepted: false, shipped: [], why: 'it broke' };
    await world.take({ type: 'landing.revert', release: 'mill', cascade: world.cascade.id, ...about }, 'ada');
    await world.settle();
    expect(landingOf(world)).toMatchObject({ state: 'landed', undoing: null });
    expect(world.cascade.landed).toBe(true);
  });
});

function stable(): AppError {
  return new AppError({ code: 'landing-shipped', kind: 'conflict', message: 'it is stable', remedy: 'mend it' });
}
