import type { ResultRow } from './state';

/** What an outcome means for a gate: Greenwave's four classes. */
export type OutcomeClass = 'queued' | 'running' | 'errored' | 'passed' | 'failed';

export function classOf(outcome: string): OutcomeClass {
  switch (outcome) {
    case 'QUEUED':
      return 'queued';
    case 'RUNNING':
      return 'running';
    case 'ERROR':
      return 'errored';
    case 'PASSED':
    case 'INFO':
      return 'passed';
    default:
      return 'failed';
  }
}

/** Where a test can run differently: each such place needs a result of its own. */
export interface Variation {
  readonly scenario: string | null;
  readonly architecture: string | null;
  readonly variant: string | null;
}

export interface Latest {
  readonly variation: Variation;
  /** The result that counts. */
  readonly result: ResultRow;
  /** A newer run that has not ended; it takes nothing back before it ends. */
  readonly underWay: ResultRow | null;
}

export function variationOf(result: ResultRow): Variation {
  const first = (key: string): string | null => result.data[key]?.[0] ?? null;
  return {
    scenario: first('scenario'),
    architecture: first('system_architecture'),
    variant: first('system_variant'),
  };
}

/**
 * The latest result of a test per scenario, architecture and variant. "Latest" goes by the CI's own time and, within
 * one instant of it, by how final the outcome is: the order in which messages arrive does not matter. A run that was
 * queued again does not take back what the last one found until it ends, so that a gate does not swing to and fro.
 */
export function latestPerVariation(results: readonly ResultRow[]): readonly Latest[] {
  const places = new Map<string, ResultRow[]>();
  for (const result of results) {
    const key = JSON.stringify(Object.values(variationOf(result)));
    places.set(key, [...(places.get(key) ?? []), result]);
  }
  const latest = [...places.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, found]) => latestOf(found));
  return latest.filter((one) => !latest.some((other) => goesOnAs(one, other)));
}

/**
 * Messages that a test is queued or running need not say where it will run: such a one is over when a result of the
 * same run, or a later one, says where it did.
 */
function goesOnAs(vague: Latest, exact: Latest): boolean {
  if (vague === exact || !isUnderWay(vague.result) || isUnderWay(exact.result)) return false;
  const narrower = variationKeys.every(
    (key) => vague.variation[key] === null || vague.variation[key] === exact.variation[key],
  );
  const sameRun = vague.result.groups.some((group) => exact.result.groups.includes(group));
  return narrower && (sameRun || exact.result.occurred >= vague.result.occurred);
}

const variationKeys = ['scenario', 'architecture', 'variant'] as const;

function latestOf(results: readonly ResultRow[]): Latest {
  const newestFirst = [...results].sort((a, b) => compare(b, a));
  const newest = newestFirst[0]!;
  const ended = newestFirst.find((result) => !isUnderWay(result));
  const result = ended ?? newest;
  return { variation: variationOf(result), result, underWay: ended && ended !== newest ? newest : null };
}

function isUnderWay(result: ResultRow): boolean {
  const is = classOf(result.outcome);
  return is === 'queued' || is === 'running';
}

function compare(a: ResultRow, b: ResultRow): number {
  if (a.occurred !== b.occurred) return a.occurred < b.occurred ? -1 : 1;
  return finality[classOf(a.outcome)] - finality[classOf(b.outcome)] || a.number - b.number;
}

const finality: Readonly<Record<OutcomeClass, number>> = { queued: 0, running: 1, errored: 2, passed: 3, failed: 4 };
