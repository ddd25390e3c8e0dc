import { cascadeDist } from './spec-bump/foresee-nvr';

/** Of which build `%dist` is to tell. */
export interface DistOf {
  /** What `%dist` is without Millrace, e.g. `.fc43`. */
  readonly dist: string;
  /** The cascade's number in its release: each has a greater one than those before. */
  readonly cascade: number;
  /** 1 for the first. */
  readonly generation: number;
  /** 1 for the first; each one is another build. */
  readonly attempt: number;
  /** A knot's first pass. */
  readonly bootstrap?: boolean;
}

/**
 * A dist that makes a rebuild's NVR newer than what it replaces and older than the next commit's: `.fc43.mr12`; built once
 * more in the same cascade `.fc43.mr12.1.2` (generation, attempt). A knot's first pass is marked and sorts below its full
 * pass: `.fc43.mr12~bootstrap`, as Fedora's own macros mark it.
 */
export function distSuffix({ dist, cascade, generation, attempt, bootstrap = false }: DistOf): string {
  const again = generation === 1 && attempt === 1 ? '' : `.${generation}.${attempt}`;
  return `${cascadeDist(dist, cascade)}${again}${bootstrap ? '~bootstrap' : ''}`;
}

/** The one that all first builds of a cascade have, so that its side tag can say it. */
export function isCommonDist(dist: string): boolean {
  return /\.mr\d+$/.test(dist);
}
