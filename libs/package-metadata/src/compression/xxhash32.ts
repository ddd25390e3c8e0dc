const prime1 = 0x9e3779b1;
const prime2 = 0x85ebca77;
const prime3 = 0xc2b2ae3d;
const prime4 = 0x27d4eb2f;
const prime5 = 0x165667b1;

/** xxHash32 with seed 0 (Cyan4973/xxHash, doc/xxhash_spec.md), fed in pieces. */
export class XxHash32 {
  private readonly lanes = new Int32Array([prime1 + prime2, prime2, 0, -prime1]);
  private readonly pending = new Uint8Array(16);
  private pendingBytes = 0;
  private total = 0;

  update(data: Uint8Array): void {
    let at = 0;
    this.total += data.length;
    if (this.pendingBytes > 0) {
      at = Math.min(16 - this.pendingBytes, data.length);
      this.pending.set(data.subarray(0, at), this.pendingBytes);
      this.pendingBytes += at;
      if (this.pendingBytes < 16) return;
      this.stripes(this.pending, 0, 16);
      this.pendingBytes = 0;
    }
    const end = at + ((data.length - at) & ~15);
    this.stripes(data, at, end);
    this.pending.set(data.subarray(end));
    this.pendingBytes = data.length - end;
  }

  /** An unsigned number of 32 bits. */
  digest(): number {
    const [a, b, c, d] = this.lanes as unknown as readonly [number, number, number, number];
    let hash = this.total >= 16 ? (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0 : prime5 | 0;
    hash = (hash + this.total) | 0;
    let at = 0;
    for (; at + 4 <= this.pendingBytes; at += 4) {
      hash = Math.imul(rotate((hash + Math.imul(wordAt(this.pending, at), prime3)) | 0, 17), prime4);
    }
    for (; at < this.pendingBytes; at++) {
      hash = Math.imul(rotate((hash + Math.imul(this.pending[at]!, prime5)) | 0, 11), prime1);
    }
    hash = Math.imul(hash ^ (hash >>> 15), prime2);
    hash = Math.imul(hash ^ (hash >>> 13), prime3);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  private stripes(data: Uint8Array, from: number, to: number): void {
    let [a, b, c, d] = this.lanes as unknown as [number, number, number, number];
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (let at = from; at < to; at += 16) {
      a = round(a, view.getInt32(at, true));
      b = round(b, view.getInt32(at + 4, true));
      c = round(c, view.getInt32(at + 8, true));
      d = round(d, view.getInt32(at + 12, true));
    }
    this.lanes.set([a, b, c, d]);
  }
}

function round(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, prime2)) | 0, 13), prime1);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function wordAt(data: Uint8Array, at: number): number {
  return data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);
}
