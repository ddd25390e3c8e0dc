import type { doors, DoorReply } from '@millrace/contracts';
import type { BoundDoor } from '@millrace/service';
import { World } from '../store/testing/world';
import { explainQuestions } from './explain';
import { historyQuestions } from './history';

type Explanation = DoorReply<typeof doors.scheduler.explain>;
type History = DoorReply<typeof doors.scheduler.history>;

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'], 'rpm/d': ['rpm/c'], 'rpm/x': [] };

function ask<Reply>(bound: readonly BoundDoor<never>[], name: string, request: unknown): Promise<Reply> {
  const door = bound.find((one) => one.door.name === name)! as unknown as {
    door: BoundDoor<never>['door'];
    answer: (request: unknown) => Promise<unknown>;
  };
  return door.answer(door.door.request.parse(request)) as Promise<Reply>;
}

function explain(world: World, component?: string): Promise<Explanation> {
  const request = { cascade: world.cascade.id, ...(component === undefined ? {} : { component }) };
  return ask(explainQuestions(world.store.read), 'explain', request);
}

async function stalled(): Promise<World> {
  const world = new World({
    graph,
    build: (one) => (one === 'rpm/b' ? 'failed' : 'complete'),
    gate: (one) => (one === 'rpm/x' ? 'silent' : 'passed'),
  });
  await world.start('all');
  await world.settle();
  return world;
}

describe('explain', () => {
  it('says of a rebuild how it came into the plan, for whom it waits since when, and what would unblock it', async () => {
    const world = await stalled();
    const { id } = world.cascade;
    const d = await explain(world, 'rpm/d');
    expect(d.path).toEqual(
      ['rpm/a', 'rpm/b', 'rpm/c', 'rpm/d'].map((component) => ({ component, because: 'it changed' })),
    );
    expect(d.waitsFor).toMatchObject([
      { component: 'rpm/c', state: 'waiting', since: null, expected: null },
      { component: 'rpm/b', state: 'failed', since: world.rebuild('rpm/b').endedAt },
    ]);
    expect(d.unblock).toEqual([
      `millrace build make <your checkout> --release mill --cascade ${id}`,
      `millrace cascade retry ${id} rpm/b`,
      `millrace cascade skip ${id} rpm/b`,
    ]);
    expect(d.expectedFinish).toBeNull();
    expect(d.lines.join('\n')).toMatch(/It waits for rpm\/c, which is waiting/);
    expect(d.lines.join('\n')).toMatch(/To free it: .*cascade retry/);
  });

  it('says whether a build root had the new builds of what it needs', async () => {
    const world = new World({ graph });
    await world.start('all');
    await world.settle();
    const [lib, app] = [world.rebuild('rpm/a'), world.rebuild('rpm/b')];
    const against = async () => (await explain(world, 'rpm/b')).builtAgainst;
    expect(await against()).toEqual([{ component: 'rpm/a', nvr: lib.nvr, proven: 'unknown', used: [] }]);
    const row = world.store.rows.contents.get(app.contents!)!;
    const input = { nevra: 'a', component: 'rpm/a', nvr: lib.nvr!, build: lib.build };
    world.store.rows.contents.set(row.id, { ...row, contents: { ...row.contents, inputs: [input] } });
    expect(await against()).toMatchObject([{ component: 'rpm/a', proven: 'yes', used: [lib.nvr] }]);
    expect((await explain(world, 'rpm/b')).lines.join('\n')).toContain('yes, proven by its build root');
  });

  it('says of a cascade what it waits for, when it is expected to end, its critical path and its cost', async () => {
    const world = new World({ graph, running: (one) => (one === 'rpm/b' ? 'building' : null) });
    await world.start('all');
    await world.settle();
    const whole = await explain(world);
    expect(whole.criticalPath).toEqual(['rpm/b', 'rpm/c', 'rpm/d']);
    expect(whole.waitsFor).toMatchObject([{ component: 'rpm/b', state: 'building' }]);
    expect(whole.expectedFinish).toEqual(expect.stringMatching(/^20/));
    expect(whole.builderHours).toBeCloseTo(2 / 3600);
    expect(whole.builderHoursLeft).toBeCloseTo(3 / 60);
    const c = await explain(world, 'rpm/c');
    expect(c.waitsFor).toMatchObject([{ component: 'rpm/b', since: expect.any(String), expected: expect.any(String) }]);
    expect(c.lines.join('\n')).toMatch(/rpm\/b, which is building \(since .*, expected at .*\)/);
  });

  it('says of a stalled cascade who is rejected, in doubt or held, and what would free each', async () => {
    const gate = (one: string) => (one === 'rpm/b' ? 'failed' : 'passed');
    const world = new World({ graph: { 'rpm/a': [], 'rpm/b': [], 'rpm/c': ['rpm/b'], 'rpm/d': ['rpm/c'] }, gate });
    await world.start('all');
    await world.settle();
    const about = {
      build: world.rebuild('rpm/a').build!,
      decision: 'failed',
      verdictRevision: 9,
      reasons: [],
    } as const;
    await world.take({ type: 'verdict.decided', release: 'mill', ...about });
    const { id: cascade } = world.cascade;
    await world.take({ type: 'cascade.hold', release: 'mill', cascade, component: 'rpm/d', why: 'a test' });
    await world.settle();
    const { lines, waitsFor, unblock } = await explain(world);
    const text = lines.join('\n');
    for (const words of ['rpm/a is in doubt', 'rpm/b rejected', 'rpm/d is held']) expect(text).toContain(words);
    expect(waitsFor!.map((one) => one.component).sort()).toEqual(['rpm/a', 'rpm/b', 'rpm/d']);
    for (const verb of ['retry', 'resume', 'waive'])
      expect(unblock!.join()).toContain(`millrace cascade ${verb} ${cascade}`);
  });

  it('says of what was left out what was compared', async () => {
    const world = new World({ graph: { 'rpm/a': [], 'rpm/b': ['rpm/a'] }, optional: ['rpm/b'] });
    await world.start('all');
    await world.settle();
    const b = await explain(world, 'rpm/b');
    expect(b.compared).toMatchObject([{ component: 'rpm/a', state: 'validated', nvr: world.rebuild('rpm/a').nvr }]);
    expect(b.lines.join('\n')).toContain('Compared, with nothing lost that it uses: rpm/a a-1-1');
  });

  it('says what is remembered of failures', async () => {
    const world = new World({ graph, build: () => 'failed' });
    await world.start(['rpm/b'], 'set', 'c'.repeat(40));
    await world.settle();
    const { lines } = await explain(world, 'rpm/b');
    expect(lines.at(-1)).toMatch(
      /^A build of commit cccccccc failed at .* \(compile, nothing was known before\): failed$/,
    );
  });

  it('refuses a component that the cascade does not rebuild', async () => {
    const world = await stalled();
    await expect(explain(world, 'rpm/zz')).rejects.toMatchObject({ code: 'rebuild-unknown', kind: 'missing' });
  });
});

describe('history', () => {
  const ofAll = (world: World, request: object): Promise<History> =>
    ask(historyQuestions(world.store.read), 'history', { limit: 50, ...request });

  it('has the times of each hop of a cascade, and success and cost of all', async () => {
    const world = new World({ graph });
    await world.start('all');
    await world.settle();
    const one = await ofAll(world, { cascade: world.cascade.id });
    expect(one.cascades).toMatchObject([{ state: 'completed', validated: 5, failures: 0, success_rate: 1 }]);
    expect(one.hops).toHaveLength(5);
    for (const hop of one.hops) expect(hop.waiting_s! + hop.building_s! + hop.gating_s!).toBeCloseTo(hop.lead_s!);
    const all = await ofAll(world, { release: 'mill' });
    expect(all).toMatchObject({ hops: [], totals: { cascades: 1, hops: 5, success_rate: 1 } });
    expect(all.totals.builder_hours).toBeCloseTo(5 / 3600);
  });

  it('counts a hop that failed as none that went well, also when it was mended', async () => {
    const world = new World({ graph, build: (one, n) => (one === 'rpm/d' && n === 1 ? 'failed' : 'complete') });
    await world.start('all');
    await world.settle();
    await world.take({
      ...{
        type: 'cascade.retry',
        release: 'mill',
        cascade: world.cascade.id,
        component: 'rpm/d',
        why: '',
        sources: {},
      },
    });
    await world.settle();
    expect((await ofAll(world, {})).totals).toMatchObject({ hops: 5, failures: 1, success_rate: 0.8 });
  });
});
