import { graphOf } from './invented';
import { stepsOf } from './schedule';
import { simulate, type Outcome, type Run } from './simulate';
import { simulateWeek } from './week';

/** The archive's figures are those of `npm run sim`; what holds them there holds them on invented graphs, in seconds. */
const components = 600;

function run(seed: number, more: Partial<Run>): Promise<Outcome> {
  const { network } = graphOf(components, seed);
  const steps = stepsOf(
    network,
    Int32Array.from({ length: components }, (_, n) => n),
  );
  const plain = { pace: 'flow', failRate: 0, gateS: 0, repoS: 0, fixS: null, noise: 0 } as const;
  return simulate({ steps, builders: 8, seed, ...plain, weather: null, crashes: [], ...more });
}

describe('in virtual time', () => {
  it.each([8, 64, 256])('a cascade on %i builders is done within 5 %% of the best possible', async (builders) => {
    const { ratio, state } = await run(1, { builders });
    expect(state).toBe('completed');
    expect(ratio).toBeLessThanOrEqual(1.05);
  });

  it('a cascade is done within 12 % of the best possible when durations are expected wrongly', async () => {
    const { ratio } = await run(2, { noise: 0.5 });
    expect(ratio).toBeLessThanOrEqual(1.12);
  });

  it.each([8, 64])(
    'a cascade on %i builders with gates of 600 s, repositories of 300 s and 3 %% failures is done within 15 %%',
    async (builders) => {
      const about = { builders, gateS: 600, repoS: 300, failRate: 0.03, fixS: 3600 };
      const { ratio, state, unaidedShare } = await run(3, about);
      expect(state).toBe('completed');
      expect(ratio).toBeLessThanOrEqual(1.15);
      expect(unaidedShare).toBeLessThan(1);
    },
  );

  it('a release with a change every minute for a week comes to the end of every cascade', async () => {
    const times = { gateS: 600, repoS: 300, fixS: 1800 };
    const week = await simulateWeek({ seed: 1, components: 100, builders: 8, failRate: 0.03, pace: 'flow', ...times });
    expect(week.changes).toBe(7 * 24 * 60);
    expect(week.cascades).toBeGreaterThan(10);
    expect(week.open).toBe(0);
  }, 120_000);
});
