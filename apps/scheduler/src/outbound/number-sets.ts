/** Bits of a word. */
const width = 32;

/**
 * Sets of names as bits, of which the last ones asked for are kept under an id each. A set that is not kept any more can
 * still be used by whoever holds it.
 */
export class NumberSets {
  private readonly numbers = new Map<string, number>();
  private readonly byNumber: string[] = [];
  /** Numbers in the order of their names; those that came since it was made are sorted in when it is needed. */
  private sorted: number[] = [];
  private young = new Map<string, Uint32Array>();
  private old: ReadonlyMap<string, Uint32Array> = new Map();

  /** `most`: sets that are kept, and as many that were not asked for lately. */
  constructor(private readonly most: number) {}

  get(id: string): Uint32Array | undefined {
    const young = this.young.get(id);
    if (young) return young;
    const old = this.old.get(id);
    if (old) this.keep(id, old);
    return old;
  }

  keep(id: string, set: Uint32Array): void {
    this.young.set(id, set);
    if (this.young.size < this.most) return;
    this.old = this.young;
    this.young = new Map();
  }

  /** How many names have a number. */
  get size(): number {
    return this.byNumber.length;
  }

  /** Gives names their numbers. Sets that are made afterwards have room for them. */
  number(names: readonly string[]): void {
    for (const name of names) {
      if (!this.numbers.has(name)) this.numbers.set(name, this.byNumber.push(name) - 1);
    }
  }

  /** A set of its own. */
  union(sets: readonly Uint32Array[]): Uint32Array {
    const all = new Uint32Array(Math.ceil(this.byNumber.length / width));
    for (const set of sets) {
      for (let n = 0; n < set.length; n++) all[n]! |= set[n]!;
    }
    return all;
  }

  /** Adds a name that has a number to a set that was made since. */
  add(set: Uint32Array, name: string): void {
    const n = this.numbers.get(name)!;
    set[n >>> 5]! |= 1 << (n & 31);
  }

  /** The names of a set, in their order. */
  names(set: Uint32Array): string[] {
    this.sortNew();
    const found: string[] = [];
    for (const n of this.sorted) {
      if (((set[n >>> 5] ?? 0) >>> (n & 31)) & 1) found.push(this.byNumber[n]!);
    }
    return found;
  }

  private sortNew(): void {
    for (let n = this.sorted.length; n < this.byNumber.length; n++) this.sorted.splice(this.placeOf(n), 0, n);
  }

  private placeOf(n: number): number {
    const name = this.byNumber[n]!;
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.byNumber[this.sorted[middle]!]! < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
