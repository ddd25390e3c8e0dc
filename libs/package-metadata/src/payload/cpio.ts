/** A file of an archive; `content` must be read, or skipped, before the next one comes. */
export interface CpioFile {
  /** With one slash at its start. */
  readonly path: string;
  readonly mode: number;
  readonly size: number;
  content(): AsyncGenerator<Uint8Array>;
}

const headBytes = 110;
const mostNameBytes = 4096;
const trailer = 'TRAILER!!!';

/**
 * The files of a cpio archive in the "new" ASCII format (cpio(5), magic 070701 and 070702), as rpm2cpio writes it, one
 * after another at constant memory.
 * @throws Error that says what is wrong and where
 */
export async function* readCpio(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<CpioFile> {
  const source = new ByteSource(chunks);
  try {
    yield* filesOf(source);
    await source.drain();
  } finally {
    await source.close();
  }
}

async function* filesOf(source: ByteSource): AsyncGenerator<CpioFile> {
  for (;;) {
    const head = await source.exactly(headBytes);
    const { nameBytes, size, mode } = fieldsOf(head, source.at);
    if (nameBytes < 1 || nameBytes > mostNameBytes) throw new Error(`a name of ${nameBytes} bytes (byte ${source.at})`);
    const name = (await source.exactly(nameBytes)).toString('utf8', 0, nameBytes - 1);
    await source.skip(padding(headBytes + nameBytes));
    if (name === trailer) return;
    let left = size;
    const content = async function* (): AsyncGenerator<Uint8Array> {
      while (left > 0) {
        const part = await source.some(left);
        left -= part.length;
        yield part;
      }
    };
    yield { path: name.replace(/^\.?\/*/, '/'), mode, size, content };
    await source.skip(left);
    left = 0;
    await source.skip(padding(size));
  }
}

function fieldsOf(
  head: Buffer,
  at: number,
): { readonly nameBytes: number; readonly size: number; readonly mode: number } {
  const text = head.toString('latin1');
  if (!/^07070[12][0-9A-Fa-f]{104}$/.test(text)) throw new Error(`no head of a file where one should be (byte ${at})`);
  const field = (n: number): number => parseInt(text.slice(6 + 8 * n, 14 + 8 * n), 16);
  return { mode: field(1), size: field(6), nameBytes: field(11) };
}

function padding(length: number): number {
  return (4 - (length % 4)) % 4;
}

class ByteSource {
  at = 0;
  private readonly iterator: AsyncIterator<Uint8Array>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.iterator = chunks[Symbol.asyncIterator]();
  }

  /** At least one byte, and at most so many. */
  async some(most: number): Promise<Buffer> {
    while (this.rest.length === 0) {
      const next = await this.iterator.next();
      if (next.done) throw new Error(`it ends too early (byte ${this.at})`);
      this.rest = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    }
    const part = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(part.length);
    this.at += part.length;
    return part;
  }

  async exactly(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = length; left > 0;) {
      const part = await this.some(left);
      parts.push(part);
      left -= part.length;
    }
    return Buffer.concat(parts);
  }

  /** Reads on to the end, so that who makes the bytes can say how it went. */
  async drain(): Promise<void> {
    while (!(await this.iterator.next()).done);
  }

  async close(): Promise<void> {
    await this.iterator.return?.();
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0;) left -= (await this.some(left)).length;
  }
}
