import type { Budgets } from '@millrace/contracts';
import { later, moment } from '@millrace/kernel';
import * as fc from 'fast-check';
import { budgetsOf } from '../../store/testing/budgets';
import { World } from '../../store/testing/world';
import { costOf, countedCost } from './costs';
import { explainBudgets } from './explain-budgets';
import { usesOf, useWords } from './uses';

const hour = 3_600_000;

describe('what a plan is foreseen to take', () => {
  it('is the sum of its rebuilds; of sizes that nobody knows the middle one is taken', () => {
    const rows = [
      { expected: 10, bytes: 100 },
      { expected: 20, bytes: null },
      { expected: 30, bytes: 300 },
    ];
    expect(costOf(rows)).toEqual({ work: 60, disk: 700 });
    expect(costOf([{ expected: 5, bytes: null }])).toEqual({ work: 5, disk: null });
  });

  it('counts until the cascade has ended; then what it took', () => {
    const sums = { built: 7 } as never;
    expect(countedCost({ cost: { work: 50, disk: 9 }, sums, endedAt: null })).toEqual({ work: 50, disk: 9 });
    expect(countedCost({ cost: { work: 50, disk: 9 }, sums, endedAt: moment(0) })).toEqual({ work: 7, disk: 9 });
    expect(countedCost({ cost: { work: 50, disk: 9 }, endedAt: moment(0) })).toEqual({ work: 0, disk: 0 });
  });
});

describe('how much of a budget a plan takes', () => {
  const at = moment(100 * 24 * hour);
  const cascade = (id: string, by: string, hoursAgo: number, work: number, more: object = {}) => ({
    ...{ id, by, state: 'running' as const, endedAt: null, cost: { work: work * hour, disk: 2e9 } },
    ...{ startedAt: later(at, -hoursAgo * hour), ...more },
  });
  const definition = budgetsOf({
    cascade: { builder_hours: 10 },
    release: { builder_hours: 20, disk: '5G', per: '2d' },
    senders: [{ by: ['github:*'], builder_hours: 6, per: '1d' }],
  });
  const cascades = [
    cascade('c1', 'github:eve', 60, 100),
    cascade('c2', 'ada', 30, 9),
    cascade('c3', 'github:eve', 3, 4),
    cascade('c4', 'github:eve', 2, 50, { state: 'awaiting-approval' }),
    cascade('c5', 'github:bob', 1, 1, { state: 'completed', endedAt: at, sums: { built: 3 * hour } }),
  ];

  it('is counted of itself, of the release within its time, and of its sender', () => {
    const plan = { id: 'c6', by: 'github:eve', cost: { work: 3 * hour, disk: 2e9 } };
    const uses = usesOf(definition, plan, cascades, at);
    expect(uses.map(({ of, what, others, over }) => [of, what, others, over])).toEqual([
      ['cascade', 'builder_hours', 0, false],
      ['release', 'builder_hours', 16, false],
      ['release', 'disk', 6e9, true],
      ['sender', 'builder_hours', 4, true],
    ]);
    expect(useWords(uses[2]!)).toBe('2 GB beside 6 GB of others of the 5 GB of disk that the release in 2d may take');
    expect(useWords(uses[3]!)).toMatch(
      /^3 beside 4 of others of the 6 hours of builders that github:eve in 1d may take/,
    );
  });

  it('does not count itself, and a sender without a budget has none', () => {
    const uses = usesOf(definition, { id: 'c2', by: 'ada', cost: { work: 9 * hour, disk: null } }, cascades, at);
    expect(uses.map(({ of, what, others }) => [of, what, others])).toEqual([
      ['cascade', 'builder_hours', 0],
      ['release', 'builder_hours', 7],
      ['release', 'disk', 4e9],
    ]);
  });
});

describe('a plan over its budget', () => {
  const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'] };
  // A rebuild of this world takes a minute.
  const minutes = (n: number) => n / 60;
  const world = (budgets: object, more: object = {}): World => {
    return new World({ graph, definition: { budgets: budgets as Budgets, ...more } });
  };
  const resume = (of: World, why = 'it must be') =>
    of.take({ type: 'cascade.resume', release: 'mill', cascade: of.cascade.id, component: null, why }, 'ada');

  it('waits for a person, and says what it is over; a person lets it start', async () => {
    const mill = world({ cascade: { builder_hours: minutes(2) } });
    await mill.start(['rpm/a', 'rpm/b', 'rpm/c']);
    await mill.settle();
    expect(mill.cascade).toMatchObject({
      state: 'awaiting-approval',
      budget: 'asked',
      problem: expect.stringMatching(/over budget: 0.05 of the 0.03 hours of builders that a cascade may take/),
    });
    expect(mill.submitted).toEqual([]);
    expect(mill.events('cascade.planned').map((one) => one.data)).toMatchObject([{ over_budget: true }]);
    await resume(mill);
    await mill.settle();
    expect(mill.cascade).toMatchObject({ state: 'completed', budget: 'accepted', problem: null });
    const words = explainBudgets(mill.store.rows.releases.get('mill')!.definition, mill.cascade, [], moment(0));
    expect(words).toEqual([expect.stringContaining('0.05 of the 0.03 hours'), expect.stringContaining('A person')]);
  });

  it('is refused by policy, with what to do', async () => {
    const mill = world({ cascade: { builder_hours: minutes(2) }, over: 'refuse' });
    await mill.start(['rpm/a', 'rpm/b', 'rpm/c']);
    await mill.settle();
    expect(mill.cascade).toMatchObject({ state: 'cancelled', problem: expect.stringContaining('raise the budget') });
    expect(mill.submitted).toEqual([]);
    expect(mill.events('cascade.cancelled')).toHaveLength(1);
    expect(mill.store.rows.releases.get('mill')!.running).toBeNull();
  });

  it('counts what the release and the sender have taken before', async () => {
    const mill = world({ senders: [{ by: ['ada'], builder_hours: minutes(3), per: '1h' }] });
    await mill.start(['rpm/a', 'rpm/b']);
    await mill.settle();
    expect(mill.cascade.state).toBe('completed');
    // A build of this world takes a second, whatever was foreseen: three minutes are too much beside two seconds.
    await mill.change(['rpm/c', 'rpm/a', 'rpm/b'], 'set');
    await mill.settle();
    expect(mill.cascade).toMatchObject({
      number: 2,
      state: 'awaiting-approval',
      problem: expect.stringMatching(/ada/),
    });
  });

  it('that grows beyond it holds its cascade; what runs goes on, and a person is asked once', async () => {
    const adds = (component: string): string[] => (component === 'rpm/a' ? ['rpm/b', 'rpm/c'] : []);
    const mill = new World({ graph, adds, definition: { budgets: { cascade: { builder_hours: minutes(2) } } } });
    await mill.start(['rpm/a']);
    await mill.settle();
    expect(mill.cascade).toMatchObject({ state: 'held', problem: expect.stringContaining('its plan has grown') });
    await resume(mill);
    await mill.settle();
    expect(mill.cascade).toMatchObject({ state: 'completed', budget: 'accepted' });
    expect(mill.events('cascade.held')).toHaveLength(1);
  });

  it('never starts unless a person says so, whatever its size and the limit are', async () => {
    const sets = fc.subarray(['rpm/a', 'rpm/b', 'rpm/c'], { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(sets, fc.integer({ min: 1, max: 4 }), async (names, limit) => {
        const mill = world({ cascade: { builder_hours: minutes(limit) + 1e-9 } });
        await mill.start(names);
        await mill.settle();
        const fits = names.length <= limit;
        expect(mill.cascade.state).toBe(fits ? 'completed' : 'awaiting-approval');
        expect(mill.submitted.length).toBe(fits ? names.length : 0);
      }),
      { numRuns: 30 },
    );
  });
});
