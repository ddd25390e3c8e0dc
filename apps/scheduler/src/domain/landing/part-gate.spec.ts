import { digestOf } from '@millrace/kernel';
import { decided } from '../../inbound/heard';
import { PlayedRelease } from '../../store/testing/landing';
import type { Outside } from '../../store/testing/outside';
import { World } from '../../store/testing/world';
import type { CascadeRow } from '../state';
import type { LandingRow } from './landing-rows';
import { partBuild, partOf } from './part-gate';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'], 'rpm/d': ['rpm/a'] };
const rules = [{ test: 'mill.compose.installation', deadline: '1h' }];
const whole = { id: 'whole', scope: 'cascade', decision_context: 'mill_whole', rules };
const tiers = { ...whole, id: 'tiers', scope: 'tier', decision_context: 'mill_tier' };
const fails: Partial<Outside> = { build: (component) => (component === 'rpm/b' ? 'failed' : 'complete') };

interface Question {
  readonly subject: { readonly id: string; readonly type: string; readonly aliases: readonly string[] };
  readonly build: string;
  readonly group: readonly { readonly component: string; readonly nvr: string }[];
}

const first = (world: World): CascadeRow => [...world.store.rows.cascades.values()].find((one) => one.number === 1)!;
const landing = (world: World): LandingRow =>
  world.store.rows.landings.get(`${first(world).id}/${first(world).landings}`)!;
const questions = (world: World): readonly Question[] =>
  world
    .events('verdict.wanted')
    .map((one) => one.data as Question)
    .filter(({ build }) => partOf(build) !== null);

async function stalled(gates: readonly object[], lands: PlayedRelease): Promise<World> {
  const definition = { landing: 'automatic', gates: [{ id: 'rpms', rules: [] }, ...gates] as never } as const;
  const world = new World({ graph, definition, lands, ...fails });
  await world.start('all');
  await world.settle();
  expect(first(world)).toMatchObject({ state: 'stalled', landed: false });
  return world;
}

async function landPart(world: World): Promise<void> {
  const ask = { type: 'landing.ask', release: 'mill', cascade: first(world).id, partial: true, why: '' } as const;
  await world.take(ask, 'ada');
  await world.settle();
}

async function answer(world: World, decision: 'pending' | 'passed' | 'failed', revision: number): Promise<void> {
  const { subject, build } = questions(world).at(-1)!;
  const state = decision === 'pending' ? 'waiting' : decision;
  const reasons = [{ test: rules[0]!.test, state, text: decision, result: null, waiver: null, link: null }];
  const said = { release: 'mill', subject, build, decision, revision, reasons };
  await world.take(decided(said as unknown as Parameters<typeof decided>[0])!);
  await world.settle();
}

const names = (lands: PlayedRelease): string[] =>
  [...lands.has].map((ref) => ref.split('_rpm_')[1]!.split('_')[0]!).sort();

describe('the gate of the whole cascade, where a part of it is to land', () => {
  it('is asked about that part, and nothing lands before it has passed', async () => {
    const lands = new PlayedRelease(false);
    const world = await stalled([whole], lands);
    await landPart(world);
    const nvrs = ['rpm/a', 'rpm/d'].map((one) => world.rebuild(one).nvr!);
    expect(questions(world)).toMatchObject([
      { subject: { id: digestOf([...nvrs].sort()) }, group: nvrs.map((nvr) => ({ nvr })), scope: 'cascade' },
    ]);
    expect(landing(world)).toMatchObject({
      state: 'planned',
      problem: expect.stringContaining('the 2 builds') as string,
    });
    await answer(world, 'pending', 2);
    expect([lands.acts, landing(world).state]).toEqual([[], 'planned']);
    await answer(world, 'passed', 3);
    expect(questions(world)).toHaveLength(1);
    expect(names(lands)).toEqual(['a', 'd']);
    expect(first(world)).toMatchObject({ state: 'completed', landed: true });
  });

  it('keeps the part from landing when it says no, and the cascade as it was', async () => {
    const lands = new PlayedRelease(false);
    const world = await stalled([whole], lands);
    await landPart(world);
    await answer(world, 'failed', 2);
    expect(landing(world)).toMatchObject({
      state: 'refused',
      problem: expect.stringContaining(rules[0]!.test) as string,
    });
    expect(first(world)).toMatchObject({ state: 'stalled', closing: false, landed: false });
    expect(lands.acts).toEqual([]);
  });

  it('does not heed answers about another part, or older ones', async () => {
    const lands = new PlayedRelease(false);
    const world = await stalled([whole], lands);
    await landPart(world);
    await answer(world, 'pending', 5);
    await answer(world, 'passed', 4);
    const { cascade, id, release } = landing(world);
    const other = { subject: 'sha256:0', decision: 'passed', verdictRevision: 9, reasons: [] } as const;
    await world.take({ type: 'landing.decided', release, cascade, landing: id, ...other });
    await world.settle();
    expect([lands.acts, landing(world).state]).toEqual([[], 'planned']);
  });
});

it('leaves behind what is in a tier whose gate was not asked', async () => {
  const lands = new PlayedRelease(false);
  const world = await stalled([tiers], lands);
  await landPart(world);
  expect(names(lands)).toEqual(['a']);
  expect(landing(world).staying).toContainEqual({
    component: 'rpm/d',
    because: expect.stringContaining('the gate of tier 1 has not passed') as string,
  });
});

it('reads the name of a part back', () => {
  expect(partOf(partBuild({ cascade: 'c-1', attempt: 2 }))).toEqual({ cascade: 'c-1', landing: 'c-1/2' });
  expect(partOf('group/c-1/cascade')).toBeNull();
});
