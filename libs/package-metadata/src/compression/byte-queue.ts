/** Bytes that arrive in chunks of any size, taken in the sizes that a format is made of. */
export class ByteQueue {
  private readonly source: AsyncIterator<Uint8Array>;
  private held: Uint8Array = new Uint8Array(0);
  private position = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.source = chunks[Symbol.asyncIterator]();
  }

  /**
   * The next `size` bytes, valid until the next call.
   * @throws Error when the input ends before them
   */
  async take(size: number): Promise<Uint8Array> {
    if (!(await this.fill(size))) throw new Error('unexpected end of the file');
    this.position += size;
    return this.held.subarray(this.position - size, this.position);
  }

  /** Whether nothing is left. */
  async ended(): Promise<boolean> {
    return !(await this.fill(1));
  }

  /** @throws Error when the input ends before them */
  async skip(size: number): Promise<void> {
    let left = size;
    while (left > 0) {
      const step = Math.min(left, 64 * 1024);
      await this.take(step);
      left -= step;
    }
  }

  private async fill(size: number): Promise<boolean> {
    if (this.held.length - this.position >= size) return true;
    const parts = [this.held.subarray(this.position)];
    let length = parts[0]!.length;
    while (length < size) {
      const next = await this.source.next();
      if (next.done) break;
      parts.push(next.value);
      length += next.value.length;
    }
    this.held = parts.length === 2 && parts[0]!.length === 0 ? parts[1]! : Buffer.concat(parts, length);
    this.position = 0;
    return length >= size;
  }
}
