import type { Digraph } from '@millrace/kernel';

/**
 * Rows of small integers: row `n` is `targets[offsets[n] .. offsets[n+1]]`. The shape is the kernel's digraph, but the
 * targets may number things of another kind than the rows.
 */
export type Rows = Digraph;

/** A list of integers that grows in place: a million entries cost four megabytes, not forty. */
export class Ints {
  private buffer: Int32Array;
  length = 0;

  constructor(capacity = 64) {
    this.buffer = new Int32Array(capacity);
  }

  push(value: number): void {
    if (this.length === this.buffer.length) {
      const larger = new Int32Array(this.buffer.length * 2);
      larger.set(this.buffer);
      this.buffer = larger;
    }
    this.buffer[this.length++] = value;
  }

  at(index: number): number {
    return this.buffer[index]!;
  }

  set(index: number, value: number): void {
    this.buffer[index] = value;
  }

  pop(): number {
    return this.buffer[--this.length]!;
  }

  clear(): void {
    this.length = 0;
  }

  /** What is in it, as a view: good until the next push. */
  view(): Int32Array {
    return this.buffer.subarray(0, this.length);
  }

  copy(): Int32Array {
    return this.buffer.slice(0, this.length);
  }
}

/** The numbers 0, 1, 2 ... below `count`. */
export function upTo(count: number): Int32Array {
  const numbers = new Int32Array(count);
  for (let n = 0; n < count; n++) numbers[n] = n;
  return numbers;
}

/** Rows from pairs `(from, to)`; the order of pairs within a row is kept. */
export function rowsOf(count: number, from: Int32Array, to: Int32Array): Rows {
  const offsets = new Int32Array(count + 1);
  for (let n = 0; n < from.length; n++) offsets[from[n]! + 1]!++;
  for (let n = 0; n < count; n++) offsets[n + 1]! += offsets[n]!;
  const next = offsets.slice(0, count);
  const targets = new Int32Array(from.length);
  for (let n = 0; n < from.length; n++) targets[next[from[n]!]!++] = to[n]!;
  return { count, offsets, targets };
}

/** The same pairs the other way round, `columns` rows of them. */
export function transposed(rows: Rows, columns: number): Rows {
  const { count, offsets, targets } = rows;
  const from = new Int32Array(targets.length);
  for (let n = 0; n < count; n++) from.fill(n, offsets[n], offsets[n + 1]);
  return rowsOf(columns, targets, from);
}

/**
 * Rows of what is two steps away, each target once per row and in the order of its first place; `through` leads on from
 * a first step. Targets equal to `skip(row)` are left out.
 */
export function composed(
  first: Rows,
  through: (step: number, visit: (target: number) => void) => void,
  columns: number,
  skip?: (row: number) => number,
): Rows {
  const offsets = new Int32Array(first.count + 1);
  const targets = new Ints(first.targets.length + 1);
  const seen = new Int32Array(columns).fill(-1);
  for (let row = 0; row < first.count; row++) {
    if (skip) seen[skip(row)] = row;
    const visit = (target: number): void => {
      if (seen[target] === row) return;
      seen[target] = row;
      targets.push(target);
    };
    for (let n = first.offsets[row]!; n < first.offsets[row + 1]!; n++) through(first.targets[n]!, visit);
    offsets[row + 1] = targets.length;
  }
  return { count: first.count, offsets, targets: targets.copy() };
}

/** Calls for each target of a row. */
export function each(rows: Rows, row: number, visit: (target: number) => void): void {
  for (let n = rows.offsets[row]!; n < rows.offsets[row + 1]!; n++) visit(rows.targets[n]!);
}

export function rowOf(rows: Rows, row: number): Int32Array {
  return rows.targets.subarray(rows.offsets[row], rows.offsets[row + 1]);
}

/** Is this a target of the row? */
export function leadsTo({ offsets, targets }: Rows, row: number, target: number): boolean {
  for (let n = offsets[row]!; n < offsets[row + 1]!; n++) if (targets[n] === target) return true;
  return false;
}
