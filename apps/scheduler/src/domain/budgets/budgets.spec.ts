import { releaseDefinition, type Budgets, type ReleaseDefinition } from '@millrace/contracts';
import { later, moment, msBetween } from '@millrace/kernel';
import * as fc from 'fast-check';
import { definitionOf } from '../../store/testing/outside';
import { World } from '../../store/testing/world';
import { costOf, countedCost } from './costs';
import { explainBudgets, explainSlots } from './explain-budgets';
import { quietNow } from './quiet';
import { boundOf, firstWithRoom, ownSlots } from './shares';
import { usesOf, useWords } from './uses';

type Given = Parameters<typeof releaseDefinition.parse>[0];
const budgetsOf = (budgets: object, more: object = {}): ReleaseDefinition => {
  return releaseDefinition.parse({ ...definitionOf(), ...more, budgets } as Given);
};
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

describe('quiet hours', () => {
  const quiet = (more: object) =>
    budgetsOf({ quiet: [{ from: '08:00', until: '18:00', reason: 'people work', ...more }] });
  // 2026-01-05 is a Monday.
  it.each<[string, object, string, string | null]>([
    ['in them', {}, '2026-01-05T09:30:30Z', '2026-01-05T18:00:00.000Z'],
    ['at their begin', {}, '2026-01-05T08:00:00Z', '2026-01-05T18:00:00.000Z'],
    ['at their end', {}, '2026-01-05T18:00:00Z', null],
    ['on another day', { days: ['tue'] }, '2026-01-05T09:30:00Z', null],
    ['over midnight, before', { from: '22:00', until: '06:00' }, '2026-01-05T23:00:00Z', '2026-01-06T06:00:00.000Z'],
    [
      'over midnight, after: the day is that of its begin',
      { from: '22:00', until: '06:00', days: ['mon'] },
      '2026-01-06T05:00:00Z',
      '2026-01-06T06:00:00.000Z',
    ],
    ['over midnight, of another day', { from: '22:00', until: '06:00', days: ['tue'] }, '2026-01-06T05:00:00Z', null],
    [
      'a whole day',
      { from: '00:00', until: '00:00', days: ['sat'] },
      '2026-01-10T13:00:00Z',
      '2026-01-11T00:00:00.000Z',
    ],
    ['in another zone', { timezone: 'Europe/Prague' }, '2026-07-06T06:30:00Z', '2026-07-06T16:00:00.000Z'],
    ['in another zone in winter', { timezone: 'Europe/Prague' }, '2026-01-05T06:30:00Z', null],
  ])('%s', (_, more, at, until) => {
    expect(quietNow(quiet(more), 'background', moment(Date.parse(at)))?.until ?? null).toBe(until);
  });

  it('bind the urgencies that they name, and never security', () => {
    const at = moment(Date.parse('2026-01-05T09:00:00Z'));
    expect(quietNow(quiet({}), 'normal', at)).toBeNull();
    expect(quietNow(quiet({ urgencies: ['normal', 'background'] }), 'normal', at)).not.toBeNull();
    expect(quietNow(quiet({ urgencies: ['normal', 'background'] }), 'security', at)).toBeNull();
  });

  it('are refused with an unknown time zone, and with a time that is none', () => {
    expect(() => quiet({ timezone: 'Europe/Nowhere' })).toThrow(/is no time zone/);
    expect(() => quiet({ from: '25:00' })).toThrow(/is no time of the day/);
  });

  it('end when they say: at that time they do not hold any more, and a minute before they do', () => {
    const times = fc.integer({ min: 0, max: 1439 });
    const text = (n: number) => `${String(Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`;
    fc.assert(
      fc.property(times, times, fc.integer({ min: 0, max: 2e9 }), (from, until, ms) => {
        const definition = quiet({ from: text(from), until: text(until), days: ['mon', 'wed', 'sat'] });
        const at = moment(Date.parse('2026-03-02T00:00:00Z') + ms);
        const found = quietNow(definition, 'background', at);
        if (!found) return true;
        const before = quietNow(definition, 'background', later(found.until, -1));
        return msBetween(at, found.until) > 0 && before?.until === found.until;
      }),
    );
  });

  it('start no builds of background work; what runs finishes, and the rest starts when they end', async () => {
    // The world begins at midnight of 2026-01-01.
    const budgets: Budgets = {
      quiet: [
        { from: '00:30', until: '06:00', timezone: 'UTC', urgencies: ['background'], reason: 'nightly composes' },
      ],
    };
    const graph = { 'rpm/a': [], 'rpm/b': ['rpm/a'] };
    let running = true;
    const mill = new World({ graph, definition: { budgets }, running: () => (running ? 'building' : null) });
    await mill.start([], 'set');
    const change = { id: 'ch-1', release: 'mill', kind: 'set', all: false, urgency: 'background', by: 'ada' } as const;
    const components = ['rpm/a', 'rpm/b'].map((component) => ({ component, source: null, nvr: null }));
    const report = { ...change, components, unknown: [], why: 'a mass rebuild' };
    await mill.take({ type: 'change.reported', release: 'mill', asked: true, change: report });
    await mill.rest();
    expect(mill.states()).toEqual({ 'rpm/a': 'building', 'rpm/b': 'waiting' });
    await mill.pass(hour);
    running = false;
    await mill.rest();
    expect(mill.states()).toEqual({ 'rpm/a': 'validated', 'rpm/b': 'ready' });
    const { definition } = mill.store.rows.releases.get('mill')!;
    const at = moment(Date.parse('2026-01-01T02:00:00Z'));
    expect(explainSlots(definition, mill.cascade, 'rpm/b', { limit: 2 }, at)).toEqual([
      'It starts no build now: quiet hours until 2026-01-01T06:00:00.000Z: nightly composes; what runs finishes.',
    ]);
    await mill.pass(4 * hour);
    await mill.rest();
    expect(mill.submitted).toHaveLength(1);
    await mill.pass(2 * hour);
    await mill.rest();
    expect(mill.cascade.state).toBe('completed');
  });
});

describe('the share that is left to people', () => {
  it('leaves at least one build to us, and at least the share to them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 0.95, noNaN: true }), (limit, share) => {
        const bound = boundOf({ limit }, { share, channel: null });
        return bound >= 1 && bound <= limit && (bound === 1 || bound <= limit * (1 - share) + 1e-9);
      }),
    );
  });

  describe('is counted', () => {
    const targets = { rpm: { target: 't', channel: 'heavy' }, image: { target: 'i' } };
    const more = { build_systems: { rpm: 'koji', image: 'koji' }, build_targets: targets };
    const slot = (n: number, channel?: string) => {
      return { rebuild: `r${n}`, attempt: 1, release: 'mill', cascade: 'c', ...(channel ? { channel } : {}) };
    };
    const heavy = Array.from({ length: 5 }, (_, n) => slot(n, 'heavy'));
    const waiting = [{ component: 'rpm/a' }, { component: 'image/i' }];
    const first = (definition: ReleaseDefinition, granted: Parameters<typeof firstWithRoom>[4], channels?: object) =>
      firstWithRoom(
        definition,
        'koji',
        { limit: 10, ...(channels ? { channels: channels as never } : {}) },
        waiting,
        granted,
      );

    it('by channel: the named one, or the one that a hub takes', () => {
      const definition = budgetsOf({ people: { heavy: 0.5, '*': 0.2 } }, more);
      expect(first(definition, heavy.slice(1))).toBe(0);
      expect(first(definition, heavy)).toBe(1);
      const images = Array.from({ length: 8 }, (_, n) => slot(n + 5, 'image'));
      expect(first(definition, [...heavy, ...images.slice(1)])).toBe(1);
      expect(first(definition, [...heavy, ...images])).toBe(-1);
    });

    it('over the builders that a channel really has', () => {
      const definition = budgetsOf({ people: { heavy: 0.5 } }, more);
      expect(first(definition, heavy.slice(0, 1), { heavy: 4 })).toBe(0);
      expect(first(definition, heavy.slice(0, 2), { heavy: 4 })).toBe(1);
      expect(first(definition, heavy.slice(0, 2), { heavy: 100 })).toBe(0);
    });

    it('as the build system says it from time to time, and as it was while that cannot be asked', async () => {
      const mill = new World({ graph: {}, definition: { budgets: { people: { '*': 0.5 } } } });
      await mill.start([], 'set');
      const channels = () => mill.store.rows.capacity.get('build-system/local-rpm')!.channels;
      const known = (of: Record<string, number> | null) =>
        mill.take({ type: 'channels.known', system: 'local-rpm', channels: of });
      expect([...mill.works.values()].filter((one) => one.kind === 'capacity.look')).not.toEqual([]);
      await known({ heavy: 4 });
      await known({});
      expect(channels()).toEqual({ heavy: 4 });
      expect(mill.timers.get('channels/local-rpm')?.input).toEqual({ type: 'channels.due', system: 'local-rpm' });
      await known({ heavy: 2, light: 8 });
      await known(null);
      expect(channels()).toEqual({ heavy: 2, light: 8 });
    });

    it('over a whole build system, by its name', () => {
      const definition = budgetsOf({ people: { koji: 0.5 } }, more);
      expect(first(definition, heavy.slice(1))).toBe(0);
      expect(first(definition, heavy)).toBe(-1);
      expect(explainSlots(definition, { state: 'running' } as never, 'rpm/a', { limit: 10 }, moment(0))).toEqual([
        '50 % of koji are left to people: 5 of our builds run at one time.',
      ]);
    });
  });

  it('is known to forecasts', () => {
    const systems = { rpm: 'koji', module: 'mbs' };
    const definition = budgetsOf({ people: { koji: 0.5 } }, { capacity: 100, build_systems: systems });
    const rows = [
      { id: 'build-system/koji', limit: 20 },
      { id: 'build-system/mbs', limit: 5 },
    ];
    expect(ownSlots(definition, rows)).toBe(15);
    expect(ownSlots({ ...definition, capacity: 3 }, rows)).toBe(3);
    expect(ownSlots(definition, [])).toBe(100);
  });

  it('is never taken, in whatever order builds end', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `rpm/n${n}`);
    const graph = Object.fromEntries(names.map((name) => [name, []]));
    const choices = fc.array(fc.nat(), { minLength: 20, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(choices, fc.constantFrom(0.25, 0.5, 0.9), async (order, share) => {
        const mill = new World({ graph, definition: { budgets: { people: { 'local-rpm': share } }, capacity: 8 } });
        const bound = boundOf({ limit: 8 }, { share, channel: null });
        let n = 0;
        let most = 0;
        await mill.start(names);
        await mill.settle((count) => {
          const busy = [...mill.store.rows.rebuilds.values()].filter((row) => row.slot).length;
          most = Math.max(most, busy);
          return (order[n++ % order.length] ?? 0) % count;
        });
        expect(mill.cascade.state).toBe('completed');
        expect(most).toBeLessThanOrEqual(bound);
      }),
      { numRuns: 20 },
    );
  });
});
