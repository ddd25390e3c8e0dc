/** A number in [0, 1), another one at each call. */
export type Random = () => number;

/** Chance that anybody can repeat: mulberry32, one 32-bit state (T. Ettinger 2017, public domain). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Chance of its own for a thing with a name, whoever else asks for chance and in whatever order. */
export function seededFor(seed: number, name: string): Random {
  let hash = 0x811c9dc5 ^ seed;
  for (let n = 0; n < name.length; n++) hash = Math.imul(hash ^ name.charCodeAt(n), 0x01000193);
  const random = seeded(hash);
  random();
  return random;
}

/** A draw from the standard normal distribution (Box and Muller 1958). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
