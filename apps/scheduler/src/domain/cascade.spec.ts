import type { ReleaseDefinition } from '@millrace/contracts';
import { verdict } from '../store/testing/outside';
import { World } from '../store/testing/world';

const chain = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'], 'rpm/x': ['rpm/a'] };
const person = (world: World) => ({ release: 'mill', cascade: world.cascade.id, why: 'because', until: null });
const built = (world: World): string[] => world.submitted.map((one) => one.component);

describe('a cascade that goes well', () => {
  it('rebuilds each component once, after its needs, and lands', async () => {
    const world = new World({ graph: chain });
    const reply = await world.start('all');
    expect(reply).toMatchObject({ outcome: 'cascade' });
    await world.settle();
    expect(world.cascade).toMatchObject({ state: 'completed', landed: true, overlay: 4, tiers: 3 });
    expect(Object.values(world.states())).toEqual(Array(4).fill('validated'));
    expect(built(world)[0]).toBe('rpm/a');
    expect(world.submitted).toHaveLength(4);
    expect(world.events('cascade.completed')).toHaveLength(1);
    expect(world.store.rows.releases.get('mill')!.running).toBeNull();
    expect(world.store.rows.validated.size).toBe(4);
    expect(world.store.rows.capacity.get('build-system/local-rpm')).toMatchObject({ granted: [] });
  });

  it('gives every event about a release a higher revision than the one before', async () => {
    const world = new World({ graph: chain });
    await world.start('all');
    await world.settle();
    const revisions = world.said.map((one) => one.revision);
    expect(revisions).toEqual(revisions.map((_, n) => n + 1));
  });

  it('starts nothing above a build whose gate has not answered', async () => {
    const world = new World({ graph: chain, gate: (one) => (one === 'rpm/a' ? 'silent' : 'passed') });
    await world.start('all');
    await world.settle();
    expect(built(world)).toEqual(['rpm/a']);
    expect(world.states()).toMatchObject({ 'rpm/a': 'gating', 'rpm/b': 'waiting' });
    expect(world.cascade.state).toBe('running');
    await world.take(verdict(world.rebuild('rpm/a').build!, 'passed', 3));
    await world.settle();
    expect(world.cascade.state).toBe('completed');
  });

  it('never runs more builds than the build system and the release allow', async () => {
    const graph = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`rpm/p${n}`, []]));
    const world = new World({ graph, definition: { capacity: 3 } });
    await world.start('all');
    let most = 0;
    await world.settle(() => {
      const running = Object.values(world.states()).filter((one) => one === 'submitting' || one === 'building').length;
      most = Math.max(most, running);
      return 0;
    });
    expect(most).toBe(3);
    expect(world.cascade.state).toBe('completed');
  });

  it('builds what has the longest path above it first when capacity is short', async () => {
    const graph = { 'rpm/alone': [], 'rpm/root': [], 'rpm/mid': ['rpm/root'], 'rpm/top': ['rpm/mid'] };
    const world = new World({ graph, definition: { capacity: 1 } });
    await world.start('all');
    await world.settle();
    expect(built(world)).toEqual(['rpm/root', 'rpm/alone', 'rpm/mid', 'rpm/top']);
  });

  it('waits for whole tiers with pace lockstep', async () => {
    const graph = { 'rpm/a': [], 'rpm/slow': [], 'rpm/b': ['rpm/a'] };
    const silent = new World({
      graph,
      gate: (one) => (one === 'rpm/slow' ? 'silent' : 'passed'),
      definition: { pace: 'lockstep' },
    });
    await silent.start('all');
    await silent.settle();
    expect(silent.states()).toMatchObject({ 'rpm/a': 'validated', 'rpm/b': 'waiting' });
    await silent.take(verdict(silent.rebuild('rpm/slow').build!, 'passed', 3));
    await silent.settle();
    expect(silent.cascade.state).toBe('completed');
  });

  it('assembles a stack from the validated builds and gates it as a group', async () => {
    const graph = { 'rpm/a': [], 'stack/mill': ['rpm/a'] };
    const world = new World({ graph });
    await world.start('all');
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(built(world)).toEqual(['rpm/a']);
    const wanted = world.events('verdict.wanted').find((one) => one.componentType === 'stack')!;
    expect(wanted.data).toMatchObject({ subject: { type: 'koji-build-group' }, group: [{ component: 'rpm/a' }] });
    expect((wanted.data as { subject: { id: string } }).subject.id).toMatch(/^mill@[0-9a-f]{12}$/);
  });

  it('says of a type without a build system that the release must name one', async () => {
    const world = new World({ graph: { 'module/m:1': [] } });
    await world.start('all');
    await world.settle();
    expect(world.rebuild('module/m:1').because).toContain('names no build system');
    expect(world.cascade.state).toBe('stalled');
  });
});

describe('a plan that grows', () => {
  const graph = { 'rpm/lib': [], 'rpm/app': ['rpm/lib'], 'rpm/top': ['rpm/app'] };

  it('plans what lost something before the changed component counts as validated', async () => {
    const world = new World({ graph, adds: (one) => (one === 'rpm/lib' ? ['rpm/app', 'rpm/top'] : []) });
    await world.start(['rpm/lib'], 'commit');
    await world.settle();
    expect(world.cascade).toMatchObject({ state: 'completed', plan: 2, tiers: 3 });
    expect(built(world)).toEqual(['rpm/lib', 'rpm/app', 'rpm/top']);
    const planned = world.said.findIndex(
      (one) => one.event.includes('cascade.planned') && (one.data as { plan: number }).plan === 2,
    );
    const validated = world.said.findIndex((one) => one.event.includes('rebuild.validated'));
    expect(planned).toBeLessThan(validated);
    expect(world.rebuild('rpm/app').planned).toBe('rpm/app lost it');
  });

  it('takes two additions that come while a plan is being made into the next one', async () => {
    const wide = { 'rpm/l1': [], 'rpm/l2': [], 'rpm/a1': ['rpm/l1'], 'rpm/a2': ['rpm/l2'] };
    const world = new World({ graph: wide, adds: (one) => (one.startsWith('rpm/l') ? [one.replace('l', 'a')] : []) });
    await world.start(['rpm/l1', 'rpm/l2'], 'commit');
    await world.settle((count) => count - 1);
    expect(world.cascade.state).toBe('completed');
    expect(Object.keys(world.states()).sort()).toEqual(['rpm/a1', 'rpm/a2', 'rpm/l1', 'rpm/l2']);
  });

  it('is asked for again when the resolver is away, and the cascade says so', async () => {
    const world = new World({ graph });
    await world.start(['rpm/lib'], 'commit');
    world.works.clear();
    const fault = { code: 'no-route', kind: 'unavailable', message: 'nobody answers' } as const;
    const about = { release: 'mill', cascade: world.cascade.id, number: 1 };
    await world.take({ type: 'plan.failed', ...about, fault });
    expect(world.cascade.problem).toContain('nobody answers');
    await world.settle();
    expect(world.cascade.state).toBe('completed');
  });

  it('that has nothing to build ends at once with the reason', async () => {
    const world = new World({ graph });
    await world.start(['rpm/gone'], 'set');
    await world.settle();
    expect(world.cascade.state).toBe('cancelled');
    expect(world.cascade.problem).toContain('rpm/gone');
  });
});

describe('modes', () => {
  const cases: [ReleaseDefinition['mode'], boolean][] = [
    ['observe', false],
    ['approve', true],
  ];
  it.each(cases)('%s: nothing is built by itself', async (mode, startable) => {
    const world = new World({ graph: chain, definition: { mode } });
    await world.start('all');
    await world.settle();
    expect(world.cascade.state).toBe('awaiting-approval');
    expect(built(world)).toEqual([]);
    expect(world.events('cascade.planned')).toHaveLength(1);
    const reply = await world.take({ type: 'cascade.resume', ...person(world), component: null });
    await world.settle();
    expect(world.cascade.state).toBe(startable ? 'completed' : 'awaiting-approval');
    if (!startable) expect(reply).toMatchObject({ refused: true, code: 'release-observes' });
  });
});
