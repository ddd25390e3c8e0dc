/** 64 bits as two words of 32; the arithmetic of BigInt would be some twenty times as slow. */
interface Word {
  high: number;
  low: number;
}

const word = (high: number, low: number): Word => ({ high: high | 0, low: low | 0 });
const prime1 = word(0x9e3779b1, 0x85ebca87);
const prime2 = word(0xc2b2ae3d, 0x27d4eb4f);
const prime3 = word(0x165667b1, 0x9e3779f9);
const prime4 = word(0x85ebca77, 0xc2b2ae63);
const prime5 = word(0x27d4eb2f, 0x165667c5);

/** xxHash64 with seed 0 (Cyan4973/xxHash, doc/xxhash_spec.md), fed in pieces; zstd's checksum is its lower half. */
export class XxHash64 {
  private readonly lanes: readonly [Word, Word, Word, Word] = [
    sum(prime1, prime2),
    word(prime2.high, prime2.low),
    word(0, 0),
    negative(prime1),
  ];
  private readonly pending = Buffer.alloc(32);
  private pendingBytes = 0;
  private total = 0;

  update(data: Uint8Array): void {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    let at = 0;
    this.total += bytes.length;
    if (this.pendingBytes > 0) {
      at = Math.min(32 - this.pendingBytes, bytes.length);
      bytes.copy(this.pending, this.pendingBytes, 0, at);
      this.pendingBytes += at;
      if (this.pendingBytes < 32) return;
      this.stripes(this.pending, 0, 32);
      this.pendingBytes = 0;
    }
    const end = at + ((bytes.length - at) & ~31);
    this.stripes(bytes, at, end);
    this.pendingBytes = bytes.copy(this.pending, 0, end);
  }

  /** The lower 32 bits, unsigned. */
  digestLow(): number {
    const hash = this.total >= 32 ? this.merged() : word(prime5.high, prime5.low);
    add(hash, Math.floor(this.total / 2 ** 32) | 0, this.total | 0);
    let at = 0;
    for (; at + 8 <= this.pendingBytes; at += 8) {
      const lane = word(0, 0);
      mix(lane, this.pending, at);
      exclusive(hash, lane);
      rotate(hash, 27);
      multiply(hash, prime1);
      add(hash, prime4.high, prime4.low);
    }
    if (at + 4 <= this.pendingBytes) {
      const four = word(0, this.pending.readInt32LE(at));
      multiply(four, prime1);
      exclusive(hash, four);
      rotate(hash, 23);
      multiply(hash, prime2);
      add(hash, prime3.high, prime3.low);
      at += 4;
    }
    for (; at < this.pendingBytes; at++) {
      const one = word(0, this.pending[at]!);
      multiply(one, prime5);
      exclusive(hash, one);
      rotate(hash, 11);
      multiply(hash, prime1);
    }
    return avalanche(hash);
  }

  private stripes(data: Buffer, from: number, to: number): void {
    const [a, b, c, d] = this.lanes;
    for (let at = from; at < to; at += 32) {
      mix(a, data, at);
      mix(b, data, at + 8);
      mix(c, data, at + 16);
      mix(d, data, at + 24);
    }
  }

  private merged(): Word {
    const hash = word(0, 0);
    this.lanes.forEach((lane, n) => {
      const turned = word(lane.high, lane.low);
      rotate(turned, [1, 7, 12, 18][n]!);
      add(hash, turned.high, turned.low);
    });
    for (const lane of this.lanes) {
      const turned = word(lane.high, lane.low);
      multiply(turned, prime2);
      rotate(turned, 31);
      multiply(turned, prime1);
      exclusive(hash, turned);
      multiply(hash, prime1);
      add(hash, prime4.high, prime4.low);
    }
    return hash;
  }
}

/** One round: the lane takes in eight bytes. */
function mix(lane: Word, data: Buffer, at: number): void {
  const low = data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);
  const high = data[at + 4]! | (data[at + 5]! << 8) | (data[at + 6]! << 16) | (data[at + 7]! << 24);
  const productLow = Math.imul(low, prime2.low);
  const productHigh = (upper(low, prime2.low) + Math.imul(low, prime2.high) + Math.imul(high, prime2.low)) | 0;
  add(lane, productHigh, productLow);
  rotate(lane, 31);
  multiply(lane, prime1);
}

function avalanche(hash: Word): number {
  shiftIn(hash, 33);
  multiply(hash, prime2);
  shiftIn(hash, 29);
  multiply(hash, prime3);
  shiftIn(hash, 32);
  return hash.low >>> 0;
}

function multiply(by: Word, factor: Word): void {
  const { high, low } = by;
  by.low = Math.imul(low, factor.low);
  by.high = (upper(low, factor.low) + Math.imul(low, factor.high) + Math.imul(high, factor.low)) | 0;
}

/** The upper 32 bits of the product of two unsigned words. */
function upper(a: number, b: number): number {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) | 0;
}

function add(to: Word, high: number, low: number): void {
  const lower = (to.low >>> 0) + (low >>> 0);
  to.low = lower | 0;
  to.high = (to.high + high + (lower > 0xffffffff ? 1 : 0)) | 0;
}

function exclusive(to: Word, other: Word): void {
  to.high ^= other.high;
  to.low ^= other.low;
}

/** To the left, by 1 to 31 bits. */
function rotate(of: Word, bits: number): void {
  const { high, low } = of;
  of.high = (high << bits) | (low >>> (32 - bits));
  of.low = (low << bits) | (high >>> (32 - bits));
}

/** `of ^= of >>> bits`, for 29 bits and more. */
function shiftIn(of: Word, bits: number): void {
  const { high, low } = of;
  if (bits < 32) {
    of.low = low ^ ((low >>> bits) | (high << (32 - bits)));
    of.high = high ^ (high >>> bits);
  } else {
    of.low = low ^ (high >>> (bits - 32));
  }
}

function sum(a: Word, b: Word): Word {
  const total = word(a.high, a.low);
  add(total, b.high, b.low);
  return total;
}

function negative(of: Word): Word {
  const total = word(~of.high, ~of.low);
  add(total, 0, 1);
  return total;
}
