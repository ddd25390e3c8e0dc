import { streamsLeftOut, type LeftOut } from '../domain/module-streams';
import type { Reach } from '../domain/policy';

/** Module streams of a graph that its release's policy does not rebuild today. */
export function leftOutToday(reach: Reach | null, ids: Iterable<string>): readonly LeftOut[] {
  return streamsLeftOut(reach, ids, new Date().toISOString().slice(0, 10));
}

/** Takes streams out of lists, and gathers those that were there. */
export class StreamFilter {
  private readonly why: ReadonlyMap<string, LeftOut>;
  private readonly met = new Set<string>();

  constructor(reach: Reach | null, ids: Iterable<string>) {
    this.why = new Map(leftOutToday(reach, ids).map((one) => [one.id, one]));
  }

  keeps(id: string): boolean {
    if (!this.why.has(id)) return true;
    this.met.add(id);
    return false;
  }

  /** What was taken out so far, by name. */
  get leftOut(): LeftOut[] {
    return [...this.met].sort().map((id) => this.why.get(id)!);
  }
}
