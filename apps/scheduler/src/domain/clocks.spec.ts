import fc from 'fast-check';
import { World } from '../store/testing/world';
import type { Outside } from '../store/testing/outside';

const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/a'], 'rpm/d': ['rpm/b', 'rpm/c'], 'rpm/e': [] };
const minute = 60_000;
const day = 24 * 60 * minute;
const watch = { type: 'watch.due', release: 'mill' } as const;

/** One breaks down for a while, and one fails for good. */
const outside: Outside = {
  graph,
  definition: { capacity: 2 },
  build: (one, attempt) => {
    if (one === 'rpm/c') return attempt < 3 ? 'infrastructure' : 'complete';
    return one === 'rpm/e' ? 'failed' : 'complete';
  },
};

/** Clocks that are set forward and back by up to a month, at any step, while a cascade runs. */
async function play(jumps: ReadonlyMap<number, number>): Promise<World> {
  const world = new World(outside);
  await world.start('all');
  for (let step = 0; world.cascade.state === 'planning' || world.cascade.state === 'running'; step++) {
    if (step > 500) throw new Error(`it does not end: ${JSON.stringify(world.states())}`);
    const ms = jumps.get(step);
    if (ms !== undefined) {
      world.wait(ms);
      await world.take(watch);
      expect([...world.store.rows.alerts.values()].filter((one) => one.endedAt === null)).toEqual([]);
    }
    await world.settle(() => 0, 1).catch(() => undefined);
  }
  return world;
}

describe('clocks that jump', () => {
  it('change nothing of what becomes of a cascade: nothing is built twice, forgotten, or said to hang', async () => {
    const usual = await play(new Map());
    const far = fc.integer({ min: 60 * minute, max: 30 * day });
    const jump = fc.tuple(
      fc.nat(60),
      fc.oneof(
        far,
        far.map((ms) => -ms),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(jump, { minLength: 1, maxLength: 4 }), async (jumps) => {
        const world = await play(new Map(jumps));
        expect(world.cascade.state).toBe(usual.cascade.state);
        expect(world.states()).toEqual(usual.states());
        expect([...world.submitted].sort(byName)).toEqual([...usual.submitted].sort(byName));
        for (const row of world.store.rows.durations.values()) expect(row.typical).toBeGreaterThan(0);
      }),
      { numRuns: 100 },
    );
  });

  it('end no hold before the time that a person named', async () => {
    const world = new World({ graph });
    await world.start(['rpm/none']);
    const until = '2026-03-01T00:00:00.000Z';
    const scope = { cascade: null, tier: null, component: null };
    await world.take({ type: 'hold.set', release: 'mill', scope, until, why: 'the builders move' });
    const [hold] = world.store.rows.releases.get('mill')!.holds!;
    await world.take({ type: 'hold.due', release: 'mill', hold: hold!.id });
    expect(world.store.rows.releases.get('mill')!.holds).toEqual([hold]);
    world.wait(60 * day);
    await world.take({ type: 'hold.due', release: 'mill', hold: hold!.id });
    expect(world.store.rows.releases.get('mill')!.holds).toEqual([]);
  });

  it('hide no poller that has fallen silent since a clock was set back', async () => {
    const world = new World({ graph });
    await world.start(['rpm/none']);
    const seen = { type: 'builds.seen', release: 'mill', system: 'local-rpm', builds: [], cursor: '1' } as const;
    world.wait(30 * day);
    await world.take({ ...seen, problem: null });
    world.wait(-30 * day);
    await world.take({ ...seen, problem: null });
    for (let n = 0; n < 8; n++) {
      world.wait(minute);
      await world.take(watch);
    }
    const open = [...world.store.rows.alerts.values()].filter((one) => one.endedAt === null);
    expect(open.map((one) => one.kind)).toEqual(['poller-silent']);
  });

  it('keep no build system from its next try: one that was put off by a clock that was ahead is due', async () => {
    const world = new World({ graph });
    await world.start(['rpm/none']);
    await world.rest();
    world.wait(30 * day);
    const broke = { type: 'system.broke', system: 'local-rpm', problem: 'connection refused' } as const;
    for (let n = 0; n < 5; n++) await world.take(broke);
    await world.change(['rpm/a'], 'set');
    await world.rest();
    expect(world.submitted).toEqual([]);
    world.wait(-30 * day);
    await world.take({ type: 'slots.look', system: 'local-rpm' });
    await world.rest();
    expect(world.submitted).toHaveLength(1);
  });
});

function byName(a: { component: string; attempt: number }, b: { component: string; attempt: number }): number {
  return a.component < b.component ? -1 : a.component > b.component ? 1 : a.attempt - b.attempt;
}
