import type { ReleaseDefinition } from '@millrace/contracts';
import { moment } from '@millrace/kernel';
import * as fc from 'fast-check';
import { budgetsOf } from '../../store/testing/budgets';
import { World } from '../../store/testing/world';
import { explainSlots } from './explain-budgets';
import { boundOf, firstWithRoom, ownSlots } from './shares';

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
