import type { Budgets } from '@millrace/contracts';
import { later, moment, msBetween } from '@millrace/kernel';
import * as fc from 'fast-check';
import { budgetsOf } from '../../store/testing/budgets';
import { World } from '../../store/testing/world';
import { explainSlots } from './explain-budgets';
import { quietNow } from './quiet';

const hour = 3_600_000;

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
