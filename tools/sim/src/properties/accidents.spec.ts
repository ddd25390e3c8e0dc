import type { Input } from '@millrace/scheduler/domain/input';
import fc from 'fast-check';
import type { World } from '../driver/world';
import { isRepeatable } from './deeds';
import { drawn } from './drawn';
import { play } from './play';
import { tales, type Tale } from './tale';

/** Wild tales in which nothing is lost or late and nobody looks back: only what is drawn besides makes a difference. */
const orderly = tales('wild').map((tale): Tale => ({
  ...tale,
  weather: null,
  deeds: tale.deeds.filter(({ deed }) => !['crash', 'restore', 'again'].includes(deed.what)),
}));

function ends(world: World): Record<string, string> {
  const rows = [...world.store.tables.rebuilds.rows.values()];
  // The id of a cascade comes from that of the input that started it; its number is the same.
  const named = (text: string): string => text.replaceAll(/\bc(\d+)-[0-9a-f]{6}\b/g, 'c$1');
  return Object.fromEntries(
    rows.map((row) => [named(row.id), named(`${row.state} ${row.attempt} ${row.build}`)]).sort(),
  );
}

function rows(world: World): unknown {
  const { rebuilds, cascades, builds, capacity, changes, releases } = world.store.tables;
  const plain = (table: { readonly rows: ReadonlyMap<string, object> }): unknown[] =>
    [...table.rows.values()].map((row) => ({ ...row, revision: 0 }));
  return [rebuilds, cascades, builds, capacity, changes, releases].map(plain);
}

describe('accidents', () => {
  it('a scheduler that dies at any moment, and again, comes to the same end with the same builds', async () => {
    const minutes = fc.array(fc.nat(40), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(orderly, minutes, async (tale, at) => {
        const undisturbed = await play(tale);
        const dying = await play(tale, { crashes: at });
        expect(ends(dying)).toEqual(ends(undisturbed));
        expect(dying.farm.made).toBe(undisturbed.farm.made);
      }),
      { numRuns: drawn.tales / 5, seed: drawn.seed },
    );
  }, 300_000);

  it('what comes once more when all is over changes nothing and says nothing', async () => {
    await fc.assert(
      fc.asyncProperty(tales('wild'), fc.array(fc.nat(5000), { minLength: 1, maxLength: 20 }), async (tale, which) => {
        const inputs: Input[] = [];
        const said: string[] = [];
        const world = await play(withoutLookingBack(tale), {
          watch: ({ input, effects }) => {
            inputs.push(input);
            for (const effect of effects) if (effect.lane === 'bus') said.push(effect.event);
          },
        });
        const [before, words, past] = [rows(world), said.length, [...inputs]];
        for (const n of which) {
          const input = past[n % past.length]!;
          if (isRepeatable(input)) await world.take(input, 'scheduler');
        }
        expect(rows(world)).toEqual(before);
        expect(said.slice(words)).toEqual([]);
      }),
      { numRuns: drawn.tales / 5, seed: drawn.seed },
    );
  }, 300_000);
});

function withoutLookingBack(tale: Tale): Tale {
  return { ...tale, deeds: tale.deeds.filter(({ deed }) => deed.what !== 'restore') };
}
