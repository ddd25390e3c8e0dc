import fc from 'fast-check';
import { drawn } from './drawn';
import { play } from './play';
import { tales } from './tale';

describe('whatever happens, all fourteen promises hold after every decision', () => {
  it('in calm worlds, which all end', async () => {
    await fc.assert(
      fc.asyncProperty(tales('calm'), async (tale) => {
        const world = await play(tale);
        expect(world.cascade?.state).toBe('completed');
      }),
      { numRuns: drawn.tales / 2, seed: drawn.seed },
    );
  }, 300_000);

  it('in wild ones, with failures, people, crashes, and messages that are lost, late and doubled', async () => {
    await fc.assert(
      fc.asyncProperty(tales('wild'), async (tale) => void (await play(tale))),
      { numRuns: drawn.tales, seed: drawn.seed },
    );
  }, 300_000);

  it('in those in which builds, gates and the list of builds hang', async () => {
    await fc.assert(
      fc.asyncProperty(tales('hanging'), async (tale) => void (await play(tale))),
      { numRuns: drawn.tales / 10, seed: drawn.seed },
    );
  }, 300_000);
});
