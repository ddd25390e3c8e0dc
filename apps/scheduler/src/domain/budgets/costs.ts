import type { Contents } from '@millrace/contracts';
import type { CascadeRow } from '../state';
import type { Cost } from './cost-rows';

export type { Cost } from './cost-rows';

interface Costly {
  readonly expected: number;
  readonly bytes: number | null;
}

/** The sum over rebuilds: those whose size is not known count as large as the others in the middle. */
export function costOf(rebuilds: readonly Costly[]): Cost {
  const sizes = rebuilds.flatMap(({ bytes }) => (bytes === null ? [] : [bytes]));
  const middle = [...sizes].sort((a, b) => a - b)[sizes.length >> 1] ?? null;
  const disk = middle === null ? null : rebuilds.reduce((sum, one) => sum + (one.bytes ?? middle), 0);
  return { work: rebuilds.reduce((sum, one) => sum + one.expected, 0), disk };
}

/** What a cascade counts for in a budget: what it has taken once it has ended, before that what is foreseen at least. */
export function countedCost({ cost, sums, endedAt }: Pick<CascadeRow, 'cost' | 'sums' | 'endedAt'>): Cost {
  const built = sums?.built ?? 0;
  if (endedAt !== null) return { work: built, disk: built === 0 ? 0 : (cost?.disk ?? null) };
  return { work: Math.max(built, cost?.work ?? 0), disk: cost?.disk ?? null };
}

/** Bytes of the packages that a build made; null: it does not say. */
export function sizeOf(contents: Contents | undefined): number | null {
  const sizes = (contents?.packages ?? []).flatMap(({ size }) => (size === undefined ? [] : [size]));
  return sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0);
}
