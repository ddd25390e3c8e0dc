/** Adler-32 (RFC 1950, section 9), by which Koji checks uploads. `start` goes on from an earlier sum. */
export function adler32(bytes: Uint8Array, start = 1): number {
  let low = start & 0xffff;
  let high = start >>> 16;
  for (let at = 0; at < bytes.length;) {
    // 5552 additions are what 32 bits bear before the remainder must be taken.
    const end = Math.min(at + 5552, bytes.length);
    for (; at < end; at++) {
      low += bytes[at]!;
      high += low;
    }
    low %= 65_521;
    high %= 65_521;
  }
  return ((high << 16) | low) >>> 0;
}

export function adlerHex(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}
