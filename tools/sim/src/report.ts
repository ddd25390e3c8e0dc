import type { Options } from './options';
import type { Outcome } from './simulate';

export interface Report {
  readonly set: string;
  readonly rebuilds: number;
  readonly builders: number;
  readonly pace: string;
  readonly seeds: number;
  readonly lower_bound_h: number;
  readonly makespan_h: number;
  readonly ratio: number;
  readonly unaided_share: number;
}

/** Over several seeds: means, and of the ratio the worst. Hours. */
export function reportOf({ set, builders, pace, seeds }: Options, outcomes: readonly Outcome[]): Report {
  return {
    ...{ set, rebuilds: outcomes[0]!.rebuilds, builders, pace, seeds },
    lower_bound_h: rounded(mean(outcomes.map((one) => one.lowerBoundS / 3600))),
    makespan_h: rounded(mean(outcomes.map((one) => one.makespanS / 3600))),
    ratio: rounded(Math.max(...outcomes.map((one) => one.ratio))),
    unaided_share: rounded(mean(outcomes.map((one) => one.unaidedShare))),
  };
}

/** One line for each seed, and one for all. */
export function tableOf(outcomes: readonly Outcome[], report: Report): string {
  const rows = outcomes.map((one, n) =>
    row(String(n + 1), one.lowerBoundS / 3600, one.makespanS / 3600, one.ratio, one.unaidedShare, endOf(one)),
  );
  const { lower_bound_h, makespan_h, ratio, unaided_share } = report;
  return [
    `${report.set}: ${report.rebuilds} rebuilds, ${report.builders} builders, pace ${report.pace}`,
    ['seed'.padStart(5), 'bound h', 'takes h', 'ratio', 'unaided', 'end'].map((word) => word.padStart(8)).join(''),
    ...rows,
    row('all', lower_bound_h, makespan_h, ratio, unaided_share, '(mean; ratio: the worst)'),
    '',
  ].join('\n');
}

function endOf({ state, putAside }: Outcome): string {
  return putAside === 0 ? state : `${state} (${putAside} draws put aside)`;
}

function row(name: string, bound: number, makespan: number, ratio: number, share: number, end: string): string {
  const cells = [name, bound.toFixed(2), makespan.toFixed(2), ratio.toFixed(3), `${(share * 100).toFixed(1)} %`];
  return `${cells.map((cell) => cell.padStart(8)).join('')}  ${end}`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
