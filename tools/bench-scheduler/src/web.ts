import type { DoorReply, doors } from '@millrace/contracts';

/** Components in layers, each with some needs in the layers below; one of them, `rpm/hub`, with very many dependants. */
export interface Shape {
  readonly rebuilds: number;
  /** All needs together. */
  readonly needs: number;
  /** Dependants of `rpm/hub`; 0: there is no hub. */
  readonly hub: number;
  /** Layers of equal size, each needing some of the one below; 0 or left out: as wide as a distribution's. */
  readonly layers?: number;
}

export type Impact = DoorReply<(typeof doors)['resolver']['impact']>;

/** Rebuilds of a layer. */
const wide = 500;

/** A plan of that shape, always the same: what the resolver would answer. */
export function webOf({ rebuilds, needs, hub, layers = 0 }: Shape): Impact {
  const random = mulberry(7);
  const width = layers === 0 ? wide : Math.ceil(rebuilds / layers);
  const below: number[][] = Array.from({ length: rebuilds }, () => []);
  const tierOf = (n: number): number => Math.floor(n / width);
  const inner = Math.max(1, rebuilds - width);
  for (let n = 0; n < needs - hub && rebuilds > width; n++) {
    const above = width + Math.floor(random() * inner);
    const first = Math.max(0, (tierOf(above) - 3) * width);
    const chosen = first + Math.floor(random() * (tierOf(above) * width - first));
    if (chosen !== 0 && !below[above]!.includes(chosen)) below[above]!.push(chosen);
  }
  for (let n = 0; n < hub; n++) below[width + Math.floor((n * inner) / hub)]!.push(0);
  for (let n = width; layers > 0 && n < rebuilds; n++) {
    const first = (tierOf(n) - 1) * width;
    below[n] = [...new Set([0, 1, 2].map(() => first + Math.floor(random() * width)))];
  }
  const name = (n: number): string => (n === 0 && hub > 0 ? 'rpm/hub' : `rpm/p${n}`);
  return {
    snapshot: 'bench-1',
    tiers: tierOf(rebuilds - 1) + 1,
    rebuilds: below.map((of, n) => ({
      component: name(n),
      pass: 1,
      tier: tierOf(n),
      bootstrap: false,
      needs: of.map((need) => ({ component: name(need), pass: 1 })),
      because: 'the bench named it',
    })),
    knots: [],
    unknown: [],
    likely: [],
    atMost: [],
  };
}

/** https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
