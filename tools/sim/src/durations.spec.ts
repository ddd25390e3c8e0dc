import { durationOf } from './durations';

describe('invented durations', () => {
  const many = Array.from({ length: 40_000 }, (_, n) => durationOf(1, `deb/p${n}`)).sort((a, b) => a - b);

  it('have the median and the spread that they should have', () => {
    expect(many[20_000]! / 240).toBeCloseTo(1, 1);
    // One sigma above the median of the logarithm: exp(1.2) times as long.
    expect(many[Math.round(40_000 * 0.8413)]! / (240 * Math.exp(1.2))).toBeCloseTo(1, 1);
  });

  it('stay between twenty seconds and twelve hours, and reach far', () => {
    expect(many[0]).toBe(20);
    expect(many.at(-1)!).toBeLessThanOrEqual(43_200);
    expect(many.at(-1)!).toBeGreaterThan(15_000);
  });

  it('are the same for the same seed and name, and others for others', () => {
    expect(durationOf(7, 'deb/perl')).toBe(durationOf(7, 'deb/perl'));
    const different = new Set(Array.from({ length: 50 }, (_, seed) => durationOf(seed, 'deb/perl')));
    expect(different.size).toBeGreaterThan(40);
  });
});
