const slots = 1 << 18;
/** Bytes of all keys together. */
const mostBytes = 16 * 1024 * 1024;

/**
 * Values by the bytes that they are written with: what was read before is found again without making a text of it. It
 * remembers a bounded number, of two that fall on one place the later one.
 */
export class ByteCache<Value> {
  private readonly starts = new Int32Array(slots);
  private readonly lengths = new Int32Array(slots);
  private readonly hashes = new Int32Array(slots);
  private readonly values: Value[] = [];
  /** Index of the value of each place, plus one. */
  private readonly places = new Int32Array(slots);
  private keys = new Uint8Array(1 << 16);
  private used = 0;
  private hash = 0;

  /** `undefined`: it is not known. */
  find(data: Uint8Array, from: number, to: number): Value | undefined {
    this.hash = hashOf(data, from, to);
    const slot = this.hash & (slots - 1);
    const place = this.places[slot]!;
    if (place === 0 || this.hashes[slot] !== this.hash || this.lengths[slot] !== to - from) return undefined;
    const { keys } = this;
    const start = this.starts[slot]! - from;
    for (let n = from; n < to; n++) if (keys[start + n] !== data[n]) return undefined;
    return this.values[place - 1];
  }

  /** Keeps what was not found, by the same bytes: they are those of the last search. */
  keep(data: Uint8Array, from: number, to: number, value: Value): Value {
    const end = this.used + to - from;
    if (end > mostBytes) return value;
    if (end > this.keys.length) this.grow(end);
    this.keys.set(data.subarray(from, to), this.used);
    const slot = this.hash & (slots - 1);
    this.starts[slot] = this.used;
    this.lengths[slot] = to - from;
    this.hashes[slot] = this.hash;
    this.places[slot] = this.values.push(value);
    this.used = end;
    return value;
  }

  private grow(least: number): void {
    const larger = new Uint8Array(Math.max(least, this.keys.length * 2));
    larger.set(this.keys);
    this.keys = larger;
  }
}

/** Texts that many places have, by their bytes: one for all of them. */
export type SharedTexts = ByteCache<string>;

/** FNV-1a, its high bits mixed into the low ones. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let n = from; n < to; n++) hash = Math.imul(hash ^ bytes[n]!, 0x01000193);
  return hash ^ (hash >>> 15);
}
