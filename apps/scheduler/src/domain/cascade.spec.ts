import type { ReleaseDefinition } from '@millrace/contracts';
import { endedBuild, verdict } from '../store/testing/outside';
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

describe('failures', () => {
  const failing = {
    graph: chain,
    build: (one: string, n: number) => (one === 'rpm/b' && n === 1 ? 'failed' : 'complete'),
  } as const;

  it('block only what needs them; the cascade says once who is awaited', async () => {
    const world = new World(failing);
    await world.start('all');
    await world.settle();
    expect(world.states()).toEqual({
      'rpm/a': 'validated',
      'rpm/b': 'failed',
      'rpm/c': 'waiting',
      'rpm/x': 'validated',
    });
    expect(world.cascade.state).toBe('stalled');
    const [stalled, ...more] = world.events('cascade.stalled');
    expect(more).toEqual([]);
    expect(stalled!.data).toMatchObject({ failed: ['rpm/b'], waiting: ['rpm/c'] });
    const [failed] = world.events('rebuild.failed');
    expect(failed!.data).toMatchObject({
      waiting: ['rpm/c'],
      waiting_count: 1,
      owners: ['ada'],
      regression: 'unknown',
    });
    expect((failed!.data as { remedy: string[] }).remedy).toEqual([
      `millrace build make <your checkout> --release mill --cascade ${world.cascade.id}`,
      `millrace cascade retry ${world.cascade.id} rpm/b`,
    ]);
  });

  it('go on after a retry, as another attempt, and the cascade says that it resumed', async () => {
    const world = new World(failing);
    await world.start('all');
    await world.settle();
    await world.take({ type: 'cascade.retry', ...person(world), component: 'rpm/b', sources: {} });
    expect(world.events('cascade.resumed')).toHaveLength(1);
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(world.submitted.filter((one) => one.component === 'rpm/b').map((one) => one.attempt)).toEqual([1, 2]);
  });

  it('of our own are tried again without telling anybody, three times at most', async () => {
    const world = new World({
      ...failing,
      build: (one, n) => (one === 'rpm/b' && n < 3 ? 'infrastructure' : 'complete'),
    });
    await world.start('all');
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(world.events('rebuild.failed')).toEqual([]);
    const broken = new World({ ...failing, build: (one) => (one === 'rpm/b' ? 'infrastructure' : 'complete') });
    await broken.start('all');
    await broken.settle();
    expect(broken.submitted.filter((one) => one.component === 'rpm/b')).toHaveLength(3);
    expect(broken.events('rebuild.failed')).toHaveLength(1);
    expect(broken.store.rows.capacity.get('build-system/local-rpm')!.granted).toEqual([]);
  });

  it('of a component that was validated before are regressions', async () => {
    const world: World = new World({
      graph: { 'rpm/a': [] },
      build: () => (world.cascade.number === 1 ? 'complete' : 'failed'),
    });
    await world.start('all');
    await world.settle();
    await world.change(['rpm/a'], 'set');
    await world.settle();
    expect(world.events('rebuild.failed')[0]!.data).toMatchObject({ regression: 'yes' });
  });

  it('of a call are no failures of the component: comparing and admitting are tried again', async () => {
    const world = new World({ graph: { 'rpm/a': [] }, gate: () => 'silent' });
    await world.start('all');
    await world.settle();
    const { id, attempt } = world.rebuild('rpm/a');
    const fault = { code: 'no-route', kind: 'unavailable', message: 'the resolver is away' } as const;
    await world.take({ type: 'build.broke', release: 'mill', rebuild: id, attempt, step: 'compare', fault });
    expect(world.rebuild('rpm/a').because).toContain('the resolver is away');
    expect([...world.timers.keys()]).toEqual([`step/compare/${id}`]);
  });

  it('of the gate reject the build, name the test and how to waive it', async () => {
    const world = new World({ graph: chain, gate: (one) => (one === 'rpm/b' ? 'failed' : 'passed') });
    await world.start('all');
    await world.settle();
    expect(world.states()).toMatchObject({ 'rpm/b': 'rejected', 'rpm/c': 'waiting', 'rpm/x': 'validated' });
    const [rejected] = world.events('rebuild.rejected');
    const row = world.rebuild('rpm/b');
    expect(rejected!.data).toMatchObject({
      evidence: { class: 'gate' },
      reasons: [{ test: 'millrace.run.functional', text: 'failed', link: null }],
      remedy: expect.arrayContaining([`millrace gate waive ${row.nvr} millrace.run.functional`]),
    });
    await world.take(verdict(row.build!, 'passed', 3));
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(built(world).filter((one) => one === 'rpm/b')).toHaveLength(1);
  });

  it('of the gate that are out of date change nothing', async () => {
    const world = new World({ graph: chain, gate: () => 'silent' });
    await world.start('all');
    await world.settle();
    const { build } = world.rebuild('rpm/a');
    await world.take(verdict(build!, 'passed', 5));
    await world.settle();
    await world.take(verdict(build!, 'failed', 4));
    expect(world.rebuild('rpm/a')).toMatchObject({ state: 'validated', doubtful: false });
  });
});

describe('a verdict that turns after validation', () => {
  it('holds back what was not started, blocks landing, and lets go again', async () => {
    const world = new World({ graph: chain, gate: (one) => (one === 'rpm/b' ? 'silent' : 'passed') });
    await world.start('all');
    await world.settle();
    const a = world.rebuild('rpm/a').build!;
    await world.take(verdict(world.rebuild('rpm/b').build!, 'passed', 2));
    await world.take(verdict(a, 'failed', 9));
    await world.settle();
    expect(world.rebuild('rpm/a')).toMatchObject({ state: 'validated', doubtful: true });
    expect(world.events('rebuild.rejected')).toHaveLength(1);
    expect(world.cascade.state).toBe('stalled');
    await world.take(verdict(a, 'passed', 10));
    await world.settle();
    expect(world.cascade.state).toBe('completed');
  });

  it('takes back a dependant that was only ready', async () => {
    const world = new World({ graph: { 'rpm/a': [], 'rpm/b': ['rpm/a'] }, gate: () => 'silent' });
    await world.start('all');
    await world.settle();
    const a = world.rebuild('rpm/a');
    await world.take(verdict(a.build!, 'passed', 2));
    await world.take({ type: 'cascade.hold', ...person(world), component: null });
    const repository = { number: 1, address: 'file:///side/1', place: 'side' };
    await world.take({ type: 'build.admitted', release: 'mill', rebuild: a.id, attempt: 1, repository });
    expect(world.rebuild('rpm/b').state).toBe('ready');
    await world.take(verdict(a.build!, 'failed', 3));
    expect(world.rebuild('rpm/b')).toMatchObject({ state: 'waiting', open: [a.id] });
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

describe('hand-made builds', () => {
  const outside = { graph: chain, build: (one: string) => (one === 'rpm/b' ? 'failed' : 'complete') } as const;
  const byHand = (world: World, inputs: string[], more = {}) => ({
    type: 'hand.ended' as const,
    release: 'mill',
    ended: endedBuild('hand-1', 'rpm/b', 'complete', 1, {
      status: { origin: 'hand', submittedBy: 'ada', ...more },
      inputs,
    }),
  });

  it('are adopted when their inputs are the builds of the cascade, and the cascade goes on from there', async () => {
    const world = new World(outside);
    await world.start('all');
    await world.settle();
    await world.take(byHand(world, [`rpm/a|${world.rebuild('rpm/a').build}`]));
    expect(world.rebuild('rpm/b')).toMatchObject({ state: 'gating', origin: 'hand', resumed: true, attempt: 2 });
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(world.rebuild('rpm/b')).toMatchObject({ state: 'validated', build: 'hand-1' });
    const said = world.events('rebuild.validated').find((one) => one.subject === 'rpm/b')!;
    expect(said.data).toMatchObject({ origin: 'hand', resumed: true });
    expect(built(world).filter((one) => one === 'rpm/b')).toHaveLength(1);
  });

  it('bring their source along: the commit that they were made from starts nothing when it is pushed', async () => {
    const world = new World(outside);
    await world.start('all');
    await world.settle();
    const commit = 'c'.repeat(40);
    const source = { kind: 'git', url: 'file:///home/ada/b', commit };
    await world.take(byHand(world, [`rpm/a|${world.rebuild('rpm/a').build}`], { source }));
    expect(await world.change(['rpm/b'], 'commit', commit)).toMatchObject({ outcome: 'ignored' });
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(await world.change(['rpm/b'], 'commit', commit)).toMatchObject({ outcome: 'ignored' });
  });

  it('made against the old builds are only seen, with the reason and the command that would do', async () => {
    const world = new World(outside);
    await world.start('all');
    await world.settle();
    await world.take(byHand(world, ['rpm/a|a-0']));
    expect(world.rebuild('rpm/b').state).toBe('failed');
    const row = world.store.rows.builds.get('hand-1')!;
    expect(row.standing).toBe('seen');
    expect(row.because).toContain(`--release mill --cascade ${world.cascade.id}`);
    await world.take({
      type: 'build.adopt',
      release: 'mill',
      cascade: world.cascade.id,
      build: 'hand-1',
      why: 'I know it',
    });
    await world.settle();
    expect(world.cascade.state).toBe('completed');
  });

  it('are not adopted when they are bootstrap builds, failed, or of another cascade', async () => {
    const world = new World(outside);
    await world.start('all');
    await world.settle();
    const good = [`rpm/a|${world.rebuild('rpm/a').build}`];
    await world.take(byHand(world, good, { ref: 'hand-2', bootstrap: true }));
    await world.take(byHand(world, good, { ref: 'hand-3', state: 'failed' }));
    await world.take(byHand(world, good, { ref: 'hand-4', cascade: 'c9-ffffff' }));
    await world.take(byHand(world, [], { ref: 'hand-5' }));
    expect(world.rebuild('rpm/b').state).toBe('failed');
    const standings = ['hand-2', 'hand-3', 'hand-4', 'hand-5'].map((id) => world.store.rows.builds.get(id)!.standing);
    expect(standings).toEqual(Array(4).fill('seen'));
  });

  it('take the place of a build of ours that still runs, and its slot is given back', async () => {
    const world = new World({ graph: { 'rpm/b': [] } });
    await world.start('all');
    while (world.rebuild('rpm/b')?.state !== 'building') await world.settle(() => 0, 1).catch(() => undefined);
    const ours = world.rebuild('rpm/b').build!;
    await world.take(byHand(world, []));
    await world.settle();
    expect(world.rebuild('rpm/b')).toMatchObject({ state: 'validated', build: 'hand-1' });
    expect(world.store.rows.builds.get(ours)!.state).toBe('superseded');
    expect(world.store.rows.capacity.get('build-system/local-rpm')!.granted).toEqual([]);
  });
});

/** Until the plan is there, and nothing has been built yet. */
async function planned(world: World): Promise<void> {
  while (world.cascade.state === 'planning') await world.settle(() => 0, 1).catch(() => undefined);
}

describe('people', () => {
  const outside = { graph: chain, build: (one: string) => (one === 'rpm/b' ? 'failed' : 'complete') } as const;

  it('hold and resume a cascade', async () => {
    const world = new World({ graph: chain });
    await world.start('all');
    await planned(world);
    await world.take({ type: 'cascade.hold', ...person(world), component: null }, 'ada');
    await world.settle();
    expect(world.cascade.state).toBe('held');
    const before = built(world).length;
    await world.take({ type: 'cascade.resume', ...person(world), component: null });
    await world.settle();
    expect(world.cascade.state).toBe('completed');
    expect(before).toBeLessThan(4);
  });

  it('hold and resume one rebuild; the stalled cascade names it', async () => {
    const world = new World({ graph: chain });
    await world.start('all');
    await planned(world);
    await world.take({ type: 'cascade.hold', ...person(world), component: 'rpm/b' }, 'ada');
    await world.settle();
    expect(world.cascade.state).toBe('stalled');
    expect(world.cascade.problem).toContain('rpm/b must be resumed');
    await world.take({ type: 'cascade.resume', ...person(world), component: 'rpm/b' });
    await world.settle();
    expect(world.cascade.state).toBe('completed');
  });

  it('skip what failed: what needs it goes on with the old build', async () => {
    const world = new World(outside);
    await world.start('all');
    await world.settle();
    await world.take({ type: 'cascade.skip', ...person(world), component: 'rpm/b' }, 'ada');
    await world.settle();
    expect(world.states()).toMatchObject({ 'rpm/b': 'skipped', 'rpm/c': 'validated' });
    expect(world.cascade.state).toBe('completed');
    expect(world.events('rebuild.settled')[0]!.data).toMatchObject({ by: 'ada', state: 'skipped', why: 'because' });
  });

  it('skip what waits: it counts only when its own needs are released', async () => {
    const world = new World({ graph: chain, gate: (one) => (one === 'rpm/a' ? 'silent' : 'passed') });
    await world.start('all');
    await world.settle();
    await world.take({ type: 'cascade.skip', ...person(world), component: 'rpm/b' });
    await world.settle();
    expect(world.states()).toMatchObject({ 'rpm/b': 'skipped', 'rpm/c': 'waiting' });
    await world.take(verdict(world.rebuild('rpm/a').build!, 'passed', 3));
    await world.settle();
    expect(world.cascade.state).toBe('completed');
  });

  it('cancel one rebuild, and what cannot go on without it', async () => {
    const world = new World(outside);
    await world.start('all');
    await world.settle();
    await world.take({ type: 'cascade.cancel', ...person(world), component: 'rpm/b' });
    await world.settle();
    expect(world.states()).toMatchObject({ 'rpm/b': 'cancelled', 'rpm/c': 'cancelled', 'rpm/x': 'validated' });
    expect(world.cascade.state).toBe('completed');
  });

  it('cancel a cascade; the change that waited starts the next one', async () => {
    const world = new World({ ...outside, definition: { folding: { generations: 1, until: 1 } } });
    await world.start('all');
    await world.settle();
    expect(await world.change(['rpm/x'])).toMatchObject({ outcome: 'waits' });
    const { id } = world.cascade;
    await world.take({ type: 'cascade.cancel', ...person(world), component: null }, 'ada');
    await world.settle();
    expect(world.store.rows.cascades.get(id)!.state).toBe('cancelled');
    expect(world.cascade).toMatchObject({ number: 2, state: 'completed', roots: ['rpm/x'] });
    expect(world.store.rows.capacity.get('build-system/local-rpm')!.granted).toEqual([]);
  });

  it.each([
    ['cascade.hold', 'rpm/a', 'rebuild-state'],
    ['cascade.skip', null, 'component-missing'],
    ['cascade.skip', 'rpm/nope', 'rebuild-unknown'],
    ['cascade.resume', null, 'cascade-state'],
    ['cascade.cancel', 'rpm/a', 'rebuild-state'],
  ] as const)('are refused with a remedy: %s %s', async (type, component, code) => {
    const world = new World(outside);
    await world.start('all');
    await world.settle();
    const refusal = await world.refused({ type, ...person(world), component });
    expect(refusal).toMatchObject({ code, because: expect.any(String) });
    expect(refusal.remedy).not.toBe('');
  });
});
