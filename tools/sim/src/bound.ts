import type { Step } from './schedule';

/** What a set costs at least, in seconds. */
export interface Costs {
  /** By step: how long its build occupies a builder. */
  readonly build: readonly number[];
  /** By step, from the end of a build to the moment when its dependants may start: gate, fix, making of a repository. */
  readonly after: readonly number[];
}

/**
 * No order of these steps ends sooner, in seconds: neither the longest chain of needs can be shortened, nor can the
 * builders do more than work all the time.
 */
export function lowerBound(steps: readonly Step[], costs: Costs, builders: number): number {
  const { path } = placesOf(steps, costs);
  const work = costs.build.reduce((sum, one) => sum + one, 0);
  return Math.max(maximum(path), work / builders);
}

/**
 * A bound that is never below {@link lowerBound}, and that counts what builders must stand idle for: all steps that have
 * a chain of at least `head` below them and of at least `tail` above them are built after the one and before the other.
 */
export function sharpBound(steps: readonly Step[], costs: Costs, builders: number): number {
  const { path, head, tail } = placesOf(steps, costs);
  const byTail = Array.from(steps.keys()).sort((a, b) => tail[b]! - tail[a]!);
  let bound = maximum(path);
  for (const least of someOf(head)) {
    let work = 0;
    for (const n of byTail) {
      if (head[n]! < least) continue;
      work += costs.build[n]!;
      bound = Math.max(bound, least + work / builders + tail[n]!);
    }
  }
  return bound;
}

/** By step: the longest chain from its start to the end of all, that before it, and that after its build. */
function placesOf(steps: readonly Step[], { build, after }: Costs) {
  const head = new Float64Array(steps.length);
  const tail = Float64Array.from(after);
  const path = new Float64Array(steps.length);
  steps.forEach(({ needs }, n) => {
    for (const need of needs) head[n] = Math.max(head[n]!, head[need]! + build[need]! + after[need]!);
  });
  for (let n = steps.length - 1; n >= 0; n--) {
    path[n] = build[n]! + tail[n]!;
    for (const need of steps[n]!.needs) tail[need] = Math.max(tail[need]!, after[need]! + path[n]!);
  }
  return { head, tail, path };
}

/** At most two hundred different values, from the least to the greatest. */
function someOf(values: Float64Array): readonly number[] {
  const all = [...new Set(values)].sort((a, b) => a - b);
  const every = Math.ceil(all.length / 200);
  return all.filter((_, n) => n % every === 0);
}

function maximum(values: Float64Array): number {
  return values.reduce((most, one) => Math.max(most, one), 0);
}
