/** Rows of bits: which of `columns` things each of `count` things has. */
export class BitRows {
  readonly words: number;
  private readonly data: Int32Array;

  constructor(
    readonly count: number,
    readonly columns: number,
  ) {
    this.words = (columns + 31) >> 5;
    this.data = new Int32Array(count * this.words);
  }

  /** The row itself: what is written there is in the table. */
  row(row: number): Int32Array {
    return this.data.subarray(row * this.words, (row + 1) * this.words);
  }

  has(row: number, column: number): boolean {
    return ((this.data[row * this.words + (column >> 5)]! >>> (column & 31)) & 1) === 1;
  }

  add(row: number, column: number): void {
    this.data[row * this.words + (column >> 5)]! |= 1 << (column & 31);
  }

  remove(row: number, column: number): void {
    this.data[row * this.words + (column >> 5)]! &= ~(1 << (column & 31));
  }

  /** Adds to a row all that another has. */
  unite(row: number, bits: Int32Array): void {
    const start = row * this.words;
    for (let word = 0; word < bits.length; word++) this.data[start + word]! |= bits[word]!;
  }

  copy(): BitRows {
    const copy = new BitRows(this.count, this.columns);
    copy.data.set(this.data);
    return copy;
  }

  /** Rows and columns changed over. */
  transposed(): BitRows {
    const turned = new BitRows(this.columns, this.count);
    for (let row = 0; row < this.count; row++) eachBit(this.row(row), (column) => turned.add(column, row));
    return turned;
  }
}

export function bitsOf(columns: number, set: Iterable<number> = []): Int32Array {
  const bits = new Int32Array((columns + 31) >> 5);
  for (const n of set) bits[n >> 5]! |= 1 << (n & 31);
  return bits;
}

/** Lowest first. */
export function eachBit(bits: Int32Array, visit: (n: number) => void): void {
  for (let word = 0; word < bits.length; word++) {
    for (let left = bits[word]!; left !== 0; left &= left - 1) visit((word << 5) + 31 - Math.clz32(left & -left));
  }
}

export function bitCount(bits: Int32Array): number {
  let count = 0;
  for (let word = 0; word < bits.length; word++) {
    for (let left = bits[word]!; left !== 0; left &= left - 1) count++;
  }
  return count;
}

/** How many bits only the first has. */
export function bitsWithout(bits: Int32Array, others: Int32Array): number {
  let count = 0;
  for (let word = 0; word < bits.length; word++) {
    for (let left = bits[word]! & ~others[word]!; left !== 0; left &= left - 1) count++;
  }
  return count;
}

/** The rows as a graph. */
export function graphOfBits(rows: BitRows): { count: number; offsets: Int32Array; targets: Int32Array } {
  const offsets = new Int32Array(rows.count + 1);
  for (let row = 0; row < rows.count; row++) offsets[row + 1] = offsets[row]! + bitCount(rows.row(row));
  const targets = new Int32Array(offsets[rows.count]!);
  let at = 0;
  for (let row = 0; row < rows.count; row++) eachBit(rows.row(row), (column) => (targets[at++] = column));
  return { count: rows.count, offsets, targets };
}
