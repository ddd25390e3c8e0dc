import { msBetween, type Moment } from '@millrace/kernel';
import type { CascadeRow, RebuildRow, Sums } from './state';
import type { Turn } from './turn';

export const noSums: Sums = {
  hops: 0,
  clean: 0,
  lead: 0,
  waiting: 0,
  building: 0,
  gating: 0,
  failures: 0,
  built: 0,
  breakdowns: 0,
};

/** Times of one hop, in milliseconds; null: it did not come so far. */
export interface HopTimes {
  /** From the cascade's start to its end. */
  readonly lead: number | null;
  /** Until it was started the last time. */
  readonly waiting: number | null;
  /** In its build system, the last attempt. */
  readonly building: number | null;
  /** From its build's end to its own. */
  readonly gating: number | null;
}

export function timesOf(cascade: Pick<CascadeRow, 'startedAt'>, rebuild: RebuildRow): HopTimes {
  const { started = null, built = null } = rebuild.marks ?? {};
  const end = rebuild.state === 'validated' || rebuild.state === 'rejected' ? rebuild.endedAt : null;
  return {
    lead: span(cascade.startedAt, end),
    waiting: span(cascade.startedAt, started ?? built),
    building: span(started, built),
    gating: span(built, end),
  };
}

/** A rebuild was validated. */
export function countHop(turn: Turn, rebuild: RebuildRow): void {
  const cascade = turn.row('cascades', rebuild.cascade);
  const { lead, waiting, building, gating } = timesOf(cascade, rebuild);
  const sums = cascade.sums ?? noSums;
  add(turn, rebuild.cascade, {
    hops: sums.hops + 1,
    clean: sums.clean + (rebuild.failedOnce ? 0 : 1),
    lead: sums.lead + (lead ?? 0),
    waiting: sums.waiting + (waiting ?? 0),
    building: sums.building + (building ?? 0),
    gating: sums.gating + (gating ?? 0),
  });
}

/** An attempt ended in a failure of the component's, or in a rejection. */
export function countFailure(turn: Turn, rebuild: RebuildRow): void {
  const { failures } = turn.row('cascades', rebuild.cascade).sums ?? noSums;
  add(turn, rebuild.cascade, { failures: failures + 1 });
}

/** Builder time that was spent, whatever came of it. */
export function countBuilt(turn: Turn, cascade: string, from: Moment | null, until: Moment | null): void {
  const { built } = turn.row('cascades', cascade).sums ?? noSums;
  add(turn, cascade, { built: built + (span(from, until) ?? 0) });
}

/** An attempt broke for reasons that are not the component's. Gives how often that happened in the cascade. */
export function countBreakdown(turn: Turn, cascade: string): number {
  const breakdowns = (turn.row('cascades', cascade).sums ?? noSums).breakdowns + 1;
  add(turn, cascade, { breakdowns });
  return breakdowns;
}

function add(turn: Turn, id: string, change: Partial<Sums>): void {
  const cascade = turn.row('cascades', id);
  turn.put('cascades', { ...cascade, sums: { ...(cascade.sums ?? noSums), ...change } });
}

function span(from: Moment | null, until: Moment | null): number | null {
  return from === null || until === null ? null : Math.max(0, msBetween(from, until));
}
