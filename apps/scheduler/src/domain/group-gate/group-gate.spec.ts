import { digestOf } from '@millrace/kernel';
import type { Outside } from '../../store/testing/outside';
import { groupVerdict } from '../../store/testing/outside';
import { World } from '../../store/testing/world';
import { explainCascade } from '../explain';
import { awaitedTier } from '../needs';
import { groupBuild, groupOf } from './rows';

const graph = { 'rpm/a': [], 'rpm/x': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'] };
const rpms = { id: 'rpms', rules: [] };
const test = 'mill.tier.functional';
const tiers = { id: 'tiers', scope: 'tier', decision_context: 'mill_tier', rules: [{ test, deadline: '1h' }] };
const whole = { ...tiers, id: 'whole', scope: 'cascade', decision_context: 'mill_whole' };

interface Question {
  readonly subject: { readonly id: string; readonly type: string };
  readonly build: string;
  readonly scope?: string;
  readonly group: readonly { readonly nvr: string }[] | null;
  readonly decision_context: string;
}

async function started(gates: readonly object[], outside: Partial<Outside> = {}): Promise<World> {
  const world = new World({ graph, ...outside, definition: { ...outside.definition, gates: gates as never } });
  await world.start('all');
  await world.settle();
  return world;
}

const questions = (world: World): readonly Question[] =>
  world
    .events('verdict.wanted')
    .map((one) => one.data as Question)
    .filter(({ scope }) => scope !== undefined);

const answer = async (world: World, decision: 'pending' | 'passed' | 'failed', revision: number): Promise<void> => {
  await world.take(groupVerdict(questions(world).at(-1)!, decision, revision));
  await world.settle();
};

describe.each(['flow', 'lockstep'] as const)('a gate with scope tier, pace %s', (pace) => {
  const definition = { pace };

  it('asks about all builds of a tier as one subject, named by its content, and goes on when that has passed', async () => {
    const world = await started([rpms, tiers], { definition });
    expect(world.cascade).toMatchObject({ state: 'completed', landed: true });
    expect(questions(world).map(({ build }) => build)).toEqual([0, 1, 2].map((n) => groupBuild(world.cascade.id, n)));
    const [first] = questions(world);
    const nvrs = ['rpm/a', 'rpm/x'].map((one) => world.rebuild(one).nvr!);
    expect(first).toMatchObject({
      subject: { type: 'koji-build-group', id: digestOf([...nvrs].sort()) },
      decision_context: 'mill_tier',
      scope: 'tier',
      group: [{ nvr: nvrs[0] }, { nvr: nvrs[1] }],
    });
  });

  it('starts nothing of the next tier before, and says what that waits for', async () => {
    const world = await started([rpms, tiers], { definition, group: () => 'silent' });
    expect(world.states()).toMatchObject({ 'rpm/a': 'validated', 'rpm/x': 'validated', 'rpm/b': 'waiting' });
    expect(world.rebuild('rpm/b').because).toBe('it waits for the gate of tier 0');
    expect(awaitedTier(world.cascade, world.rebuild('rpm/b'))).toBe(0);
    expect(world.cascade).toMatchObject({ state: 'running', problem: expect.stringContaining('the gate of tier 0') });
    await answer(world, 'passed', 3);
    expect(world.states()).toMatchObject({ 'rpm/b': 'validated', 'rpm/c': 'waiting' });
  });

  it('stalls the cascade when it fails, with the reasons, until it passes', async () => {
    const world = await started([rpms, tiers], { definition, group: (tier) => (tier === 0 ? 'failed' : 'passed') });
    const { id } = questions(world)[0]!.subject;
    expect(world.cascade).toMatchObject({ state: 'stalled', problem: expect.stringContaining(`waive ${id} ${test}`) });
    expect(world.events('cascade.stalled')[0]!.data).toMatchObject({ failed: [], waiting: ['rpm/b', 'rpm/c'] });
    expect(explainCascade(world.cascade, [], noProspect).join('\n')).toContain(
      'the gate of tier 0 (2 builds as sha256:',
    );
    await answer(world, 'passed', 3);
    expect(world.cascade).toMatchObject({ state: 'completed', problem: null });
  });
});

const landing = { type: 'landing.ask', release: 'mill', why: '' } as const;
const noProspect = { finish: null, chain: [], builderHours: 0, builderHoursLeft: 0, stuck: 0 };

describe('a gate with scope tier', () => {
  it('takes back what is only ready when its answer turns, and blocks landing', async () => {
    const world = await started([rpms, tiers], { running: (one) => (one === 'rpm/b' ? 'building' : null) });
    expect(world.states()).toMatchObject({ 'rpm/b': 'building' });
    await answer(world, 'failed', 3);
    expect(world.states()).toMatchObject({ 'rpm/b': 'building', 'rpm/c': 'waiting' });
    expect(world.cascade.state).toBe('running');
  });

  it('does not heed answers that are older, or about other builds', async () => {
    const world = await started([rpms, tiers], { group: () => 'silent' });
    await answer(world, 'pending', 5);
    await answer(world, 'passed', 4);
    const other = { ...questions(world)[0]!, subject: { id: 'sha256:0', type: 'koji-build-group' } };
    await world.take(groupVerdict(other, 'passed', 9));
    await world.settle();
    expect(world.states()).toMatchObject({ 'rpm/b': 'waiting' });
  });

  it('asks anew about a tier that something joined or was built again in', async () => {
    const world = await started([rpms, tiers], { group: () => 'silent' });
    await world.change(['rpm/x'], 'commit', 'a'.repeat(40));
    await world.settle();
    const asked = questions(world).filter(({ build }) => build === groupBuild(world.cascade.id, 0));
    expect(asked).toHaveLength(2);
  });

  it('is asked once more after a start', async () => {
    const world = await started([rpms, tiers], { group: () => 'silent' });
    await world.take({ type: 'cascade.reconcile', release: 'mill', cascade: world.cascade.id, all: true });
    await world.settle();
    expect(questions(world)).toHaveLength(2);
    await answer(world, 'passed', 3);
    expect(world.states()).toMatchObject({ 'rpm/b': 'validated' });
  });

  it('holds nobody any more once its release has none', async () => {
    const world = await started([rpms, tiers], { group: () => 'silent' });
    const { definition } = world.store.rows.releases.get('mill')!;
    const gates = definition.gates.filter(({ scope }) => scope === undefined);
    await world.take({ type: 'release.apply', release: 'mill', definition: { ...definition, gates }, why: '' });
    await world.take({ type: 'cascade.reconcile', release: 'mill', cascade: world.cascade.id });
    await world.settle();
    expect(world.cascade).toMatchObject({ state: 'completed' });
  });
});

describe('a gate with scope cascade', () => {
  it('is asked about all that was built once all is settled, and lets it land', async () => {
    const world = await started([rpms, whole], { group: () => 'silent' });
    expect(world.states()).toMatchObject({ 'rpm/c': 'validated' });
    expect(world.cascade).toMatchObject({ state: 'running', closing: false });
    expect(world.cascade.problem).toContain('it waits for the gate of the whole cascade');
    expect(questions(world)).toHaveLength(1);
    expect(questions(world)[0]!.group).toHaveLength(4);
    await answer(world, 'passed', 3);
    expect(world.cascade).toMatchObject({ state: 'completed', landed: true, problem: null });
  });

  it('stalls it when it fails; a waiver, which turns the answer, lands it', async () => {
    const world = await started([rpms, whole], { group: () => 'failed' });
    expect(world.cascade).toMatchObject({ state: 'stalled' });
    await answer(world, 'passed', 3);
    expect(world.cascade).toMatchObject({ state: 'completed', landed: true });
  });

  it('keeps it from landing by hand, too, also when its answer turns later', async () => {
    const world = await started([rpms, whole], { definition: { landing: 'manual' } });
    expect(world.cascade).toMatchObject({ state: 'completed', landed: false });
    await answer(world, 'failed', 3);
    for (const partial of [false, true]) {
      const refused = await world.refused({ ...landing, cascade: world.cascade.id, partial });
      expect(refused).toMatchObject({ code: 'gate-not-passed', because: expect.stringContaining(test) });
    }
    await answer(world, 'passed', 4);
    expect(await world.take({ ...landing, cascade: world.cascade.id, partial: false })).toMatchObject({ done: true });
  });

  it('is not asked while a rebuild has failed', async () => {
    const world = await started([rpms, whole], { build: (one) => (one === 'rpm/c' ? 'failed' : 'complete') });
    expect(world.cascade).toMatchObject({ state: 'stalled' });
    expect(questions(world)).toEqual([]);
  });
});

it('reads the name of a group back', () => {
  expect(groupOf(groupBuild('c-1', 4))).toEqual({ cascade: 'c-1', tier: 4 });
  expect(groupOf(groupBuild('c-1', null))).toEqual({ cascade: 'c-1', tier: null });
  expect(groupOf('b-group/c-1/tier-4')).toBeNull();
});
