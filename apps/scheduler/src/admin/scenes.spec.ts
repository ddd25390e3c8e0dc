import { releaseDefinition } from '@millrace/contracts';
import { openTestStore } from '@millrace/testing';
import type { Input, PlannedRebuild } from '../domain/input';
import type { RebuildRow } from '../domain/state';
import { machine } from '../store/machine';
import { migrations } from '../store/migrations';
import { definitionOf } from '../store/testing/outside';
import { Scenes } from './scenes';

const needs = { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'], 'rpm/d': ['rpm/c'], 'rpm/x': [] };
const bounds = { key: 'one', from: () => ({ slots: 2, gate: 0 }) };
const release = 'mill';

const planned = Object.entries(needs).map(([component, below], tier): PlannedRebuild => {
  const above = Object.entries(needs).filter(([, of]) => (of as string[]).includes(component));
  return {
    ...{ component, pass: 1, tier, bootstrap: false, because: 'it changed', source: null, knot: false, again: false },
    ...{ expected: 1000, path: 1000, must: 'it changed' },
    needs: below.map((one) => ({ component: one, pass: 1 })),
    dependants: above.map(([one]) => ({ component: one, pass: 1 })),
  };
});

/** A planned cascade in a real database, with a clock of its own. */
async function opened() {
  let clock = Date.parse('2026-01-01T00:00:00Z');
  const store = await openTestStore(machine, migrations, 'sqlite', () => clock);
  const take = (input: Input): Promise<unknown> => {
    clock += 60_000;
    return store.take(input);
  };
  await take({ type: 'release.apply', release, definition: releaseDefinition.parse(definitionOf()), why: '' });
  const change = { id: null, release, kind: 'set', all: true, components: [], unknown: [], urgency: 'normal' } as const;
  await take({ type: 'change.reported', release, asked: true, change: { ...change, by: 'ada', why: 'a test' } });
  const [{ id: cascade } = { id: '' }] = await store.read.cascades.where({ release });
  await take({ type: 'plan.part', release, cascade, number: 1, snapshot: 's', rebuilds: planned });
  const plan = { snapshot: 's', tiers: 5, rebuilds: 5, roots: ['rpm/a'], unknown: [], likely: [], atMost: [] };
  await take({ type: 'plan.made', release, cascade, number: 1, plan });
  return { store, take, cascade, now: () => clock, pass: (ms: number) => void (clock += ms) };
}

describe('what is kept of a cascade', () => {
  it('is what a new reading would be, after whatever is done to it, and reads what has changed alone', async () => {
    const { store, take, cascade, now, pass } = await opened();
    try {
      const read: RebuildRow[][] = [];
      const where: typeof store.read.rebuilds.where = async (filter, order) => {
        read.push(await store.read.rebuilds.where(filter, order));
        return read.at(-1)!;
      };
      const kept = new Scenes({ rebuilds: { ...store.read.rebuilds, where } }, now);
      const rowsOf = async (scenes: Scenes) => {
        const row = (await store.read.cascades.get(cascade))!;
        const { rows } = await scenes.of(row, bounds);
        return [...rows.values()].map((one) => ({ ...one, revision: 0, fresh: false })).sort((a, b) => a.tier - b.tier);
      };
      const person = { release, cascade, why: '' };
      const acts: readonly Input[] = [
        { type: 'cascade.skip', ...person, component: 'rpm/a' },
        { type: 'cascade.hold', ...person, component: 'rpm/x' },
        { type: 'cascade.skip', ...person, component: 'rpm/b' },
        { type: 'cascade.raise', ...person, component: 'rpm/d', priority: 9 },
        { type: 'cascade.cancel', ...person, component: 'rpm/d' },
      ];
      expect((await rowsOf(kept)).map((one) => one.open.length)).toEqual([0, 1, 1, 1, 0]);
      for (const act of acts) {
        pass(60_000);
        await take(act);
        read.length = 0;
        expect(await rowsOf(kept)).toEqual(await rowsOf(new Scenes(store.read, now)));
        expect(read).toHaveLength(1);
        expect(read[0]!.length).toBeLessThan(planned.length);
      }
      expect((await rowsOf(kept)).map((one) => one.open.length)).toEqual([0, 0, 0, 1, 0]);
    } finally {
      await store.dispose();
    }
  });
});
