import { msBetween, type Moment } from '@millrace/kernel';
import type { Shut } from './budgets/calendar';
import { rankOf } from './capacity';
import { Heap } from './heap';
import { isReleased } from './needs';
import type { RebuildRow } from './state';
import { isSettled } from './transitions';

export type OutlookRow = Pick<
  RebuildRow,
  'id' | 'state' | 'needs' | 'open' | 'held' | 'doubtful' | 'fresh' | 'expected' | 'path' | 'priority' | 'startedAt'
>;

/** How the rest of a cascade is expected to go on. Times in milliseconds from now. */
export interface Outlook {
  /** When a rebuild is expected to be started, and to be validated; null for one that waits for a person. */
  readonly start: (id: string) => number | null;
  readonly end: (id: string) => number | null;
  /** When everything that can go on has ended; null: nothing can. */
  readonly last: number | null;
  /** The rebuilds that the end hangs on, the first to be built first. */
  readonly chain: readonly string[];
  /** Rebuilds that cannot go on before a person acts, with all that needs them. */
  readonly stuck: number;
}

export interface OutlookBounds {
  /** Builds at one time. */
  readonly slots: number;
  /** Milliseconds that a gate takes as a rule. */
  readonly gate: number;
  /** When no builds start; absent: never. */
  readonly shut?: Shut | undefined;
}

/**
 * Runs the rest of a cascade in mind over learned durations: what runs takes the rest of its time, what is free starts
 * in the scheduler's own order as slots become free. O(n log n) in rebuilds, linear in needs.
 */
export function outlook(rows: readonly OutlookRow[], { slots, gate, shut }: OutlookBounds, at: Moment): Outlook {
  const run = new Run(rows, Math.max(1, slots), gate, shut);
  rows.forEach((row, n) => run.enter(row, n, at));
  run.go();
  const { starts, ends, index } = run;
  const timeOf = (times: Float64Array) => (id: string) => {
    const time = times[index.get(id) ?? -1];
    return time === undefined || Number.isNaN(time) ? null : time;
  };
  const awaited = rows.filter((row) => !isSettled(row.state)).length;
  const [last, done] = lastOf(ends);
  const chain = last < 0 ? [] : chainTo(last, rows, run);
  return {
    start: timeOf(starts),
    end: timeOf(ends),
    last: last < 0 ? null : ends[last]!,
    chain,
    stuck: awaited - done,
  };
}

/** No row: quiet hours end. */
const opening = -2;
/** Quiet hours that one plan sits out: three years of days. Where they never end, nothing starts. */
const mostPauses = 1100;

/** Rows by their numbers: a cascade may have tens of thousands, and its needs ten times as many. */
class Run {
  readonly index = new Map<string, number>();
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  private readonly open: Int32Array;
  private readonly above: (number[] | undefined)[];
  private readonly ready = new Heap();
  /** Row n is built: 2n; validated: 2n + 1. */
  private readonly coming = new Heap();
  private busy = 0;
  private now = 0;
  private opens = 0;
  private pauses = 0;

  constructor(
    private readonly rows: readonly OutlookRow[],
    private readonly slots: number,
    private readonly gate: number,
    private readonly shut: Shut = () => null,
  ) {
    rows.forEach((row, n) => this.index.set(row.id, n));
    this.starts = new Float64Array(rows.length).fill(NaN);
    this.ends = new Float64Array(rows.length).fill(NaN);
    this.open = new Int32Array(rows.length);
    this.above = new Array<number[] | undefined>(rows.length);
  }

  enter(row: OutlookRow, n: number, at: Moment): void {
    if (row.state === 'submitting' || row.state === 'building') {
      const since = row.startedAt === null ? 0 : msBetween(row.startedAt, at);
      this.busy++;
      this.coming.push(Math.max(0, row.expected - since), 2 * n);
    } else if (row.state === 'gating') this.coming.push(this.gate, 2 * n + 1);
    else if ((row.state === 'waiting' || row.state === 'ready') && !row.held) this.await(row, n);
  }

  go(): void {
    for (;;) {
      if (this.busy < this.slots && this.ready.size > 0) this.startAll();
      if (this.coming.size === 0) return;
      this.now = this.coming.least;
      const next = this.coming.pop();
      if (next === opening) continue;
      if (next % 2 === 0) this.built(next / 2);
      else this.validated((next - 1) / 2);
    }
  }

  /** Whatever has a slot, unless quiet hours hold: then it is looked at again when they end. */
  private startAll(): void {
    const opens = this.shut(this.now);
    if (opens === null) {
      while (this.busy < this.slots && this.ready.size > 0) this.start(this.ready.pop());
    } else if (opens > this.opens && this.pauses++ < mostPauses) {
      this.opens = opens;
      this.coming.push(opens, opening);
    }
  }

  private await(row: OutlookRow, n: number): void {
    for (const id of row.needs) {
      const need = this.index.get(id);
      if (need === undefined || !this.isOpen(row, id, this.rows[need]!)) continue;
      this.open[n]!++;
      (this.above[need] ??= []).push(n);
    }
    if (this.open[n] === 0) this.ready.push(rankOf(row), n);
  }

  /** A need that is passed over lets it go once that one's own needs are there: its open needs say so. */
  private isOpen(row: OutlookRow, id: string, need: OutlookRow): boolean {
    return !isReleased(need) && (!isSettled(need.state) || row.open.includes(id));
  }

  private start(n: number): void {
    this.busy++;
    this.starts[n] = this.now;
    this.coming.push(this.now + this.rows[n]!.expected, 2 * n);
  }

  private built(n: number): void {
    this.busy--;
    if (this.gate === 0) this.validated(n);
    else this.coming.push(this.now + this.gate, 2 * n + 1);
  }

  private validated(n: number): void {
    this.ends[n] = this.now;
    for (const one of this.above[n] ?? []) {
      if (--this.open[one]! === 0) this.ready.push(rankOf(this.rows[one]!), one);
    }
  }
}

/** The row that ends last, and how many end. */
function lastOf(ends: Float64Array): readonly [last: number, done: number] {
  let last = -1;
  let done = 0;
  for (let n = 0; n < ends.length; n++) {
    if (Number.isNaN(ends[n]!)) continue;
    done++;
    if (last < 0 || ends[n]! > ends[last]!) last = n;
  }
  return [last, done];
}

/** From the last one down along the need that comes last. */
function chainTo(last: number, rows: readonly OutlookRow[], { ends, index }: Run): readonly string[] {
  const chain: string[] = [];
  for (let at = last; at >= 0 && chain.length <= rows.length;) {
    const { id, needs }: OutlookRow = rows[at]!;
    chain.push(id);
    at = -1;
    for (const need of needs) {
      const n = index.get(need) ?? -1;
      if (n >= 0 && !Number.isNaN(ends[n]!) && (at < 0 || ends[n]! > ends[at]!)) at = n;
    }
  }
  return chain.reverse();
}
