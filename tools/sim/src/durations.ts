import { normal, seededFor, type Random } from './random';

const median = 240;
const sigma = 1.2;
const tailShare = 0.005;
const tailShape = 1.2;
const shortest = 20;
const longest = 12 * 3600;

/**
 * How long a build takes, in whole seconds: lognormal with median 240 s and sigma 1.2; one of two hundred takes longer
 * by a factor of the Pareto distribution with shape 1.2. Never under 20 s, never over 12 h. Invented, and the same for
 * the same seed and name.
 */
export function durationOf(seed: number, name: string): number {
  return drawn(seededFor(seed, name));
}

function drawn(random: Random): number {
  const usual = median * Math.exp(sigma * normal(random));
  const factor = random() < tailShare ? (1 - random()) ** (-1 / tailShape) : 1;
  return Math.round(Math.min(longest, Math.max(shortest, usual * factor)));
}
