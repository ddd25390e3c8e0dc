import type { Taken } from '../driver/world';
import { play } from '../properties/play';
import { replay } from './replay';
import { readTrace, recorded, writeTrace, type Given } from './traces';

/**
 * A decision that comes out otherwise than recorded fails here. Look at the difference; when it is meant, record anew:
 * SIM_RECORD=1 npx jest -c tools/sim/jest.config.cjs journal, and commit what changed in tools/sim/traces.
 */
describe('recorded decisions', () => {
  if (process.env['SIM_RECORD']) {
    it.each(Object.entries(recorded))('%s is recorded', async (name, tale) => {
      const given: Given[] = [];
      await play(tale, { watch: ({ atMs, who, input }: Taken) => void given.push({ atMs, who, input }) });
      writeTrace(name, given, await replay(given));
    });
  }

  it.each(Object.keys(recorded))('%s: the same inputs, the same decisions', async (name) => {
    const { given, decisions } = readTrace(name);
    expect(await replay(given)).toEqual(decisions);
  });
});
