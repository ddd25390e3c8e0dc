import fc from 'fast-check';
import { drawn } from './drawn';
import { play } from './play';
import { promiseWords } from './promises/promise';
import { sabotages } from './sabotage';
import { tales } from './tale';

/** Tales until a broken promise must have come out. */
const most = 400;

describe('whoever watches a promise', () => {
  it('watches each of the fourteen, and each is broken by somebody here', () => {
    const numbers = Object.keys(promiseWords).map(Number);
    expect(numbers).toEqual(Array.from({ length: 14 }, (_, n) => n + 1));
    expect([...new Set(sabotages.map((one) => one.promise))]).toEqual(numbers);
  });

  it.each(sabotages.map((one) => [one.promise, one.how, one] as const))(
    'sees promise %i broken when %s, and tells the story',
    async (promise, _, { tales: kind, make }) => {
      const seen = await fc.check(
        fc.asyncProperty(tales(kind), async (tale) => void (await play(tale, { decide: make(), only: promise }))),
        { numRuns: most, seed: drawn.seed, endOnFailure: true },
      );
      expect(seen.failed).toBe(true);
      const told = (seen.errorInstance as Error).message;
      expect(told).toContain(`BROKEN: promise ${promise} (${promiseWords[promise]})`);
      expect(told).toContain('ada: change of');
    },
    60_000,
  );
});
