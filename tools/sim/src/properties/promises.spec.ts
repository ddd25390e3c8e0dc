import fc from 'fast-check';
import { play } from './play';
import { tales } from './tale';

/** Wild worlds, and half as many calm ones; more with SIM_TALES. */
const count = Number(process.env['SIM_TALES'] ?? 2500);

describe('whatever happens, every promise holds after every decision', () => {
  it('in calm worlds, which all end', async () => {
    await fc.assert(
      fc.asyncProperty(tales('calm'), async (tale) => {
        const world = await play(tale);
        expect(world.cascade?.state).toBe('completed');
      }),
      { numRuns: count / 2 },
    );
  }, 300_000);

  it('in wild ones, with failures, people, crashes, and messages that are lost, late and doubled', async () => {
    await fc.assert(
      fc.asyncProperty(tales('wild'), async (tale) => void (await play(tale))),
      { numRuns: count },
    );
  }, 300_000);
});
