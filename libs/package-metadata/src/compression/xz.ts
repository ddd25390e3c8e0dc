import type { ReadableStream } from 'node:stream/web';
import { XzReadableStream } from 'xz-decompress';

/** More than the index of any real file: one of 4 GiB in blocks of 1 MiB has 4,096 entries of some 6 bytes. */
const keptBytes = 256 * 1024;
const edgeBytes = 12;

/**
 * Decompresses xz (tukaani-project/xz, doc/xz-file-format.txt) with xz-embedded, whose dictionaries end at 64 MiB.
 * One file is read at a time: a second one waits until the first is read to its end or left.
 * @throws Error on damaged or truncated input, and when the file has more than one stream
 */
export async function* unxz(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]();
  const tail = new Tail();
  const stored = new globalThis.ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await source.next();
      if (next.done) return controller.close();
      tail.push(next.value);
      controller.enqueue(next.value);
    },
  });
  let open = 0;
  const stream = new XzReadableStream(stored) as unknown as ReadableStream<Uint8Array>;
  try {
    for await (const chunk of stream) {
      open += chunk.length;
      if (chunk.length > 0) yield chunk;
    }
  } catch (cause) {
    throw new Error(reasonOf(cause), { cause });
  }
  for (let next = await source.next(); !next.done; next = await source.next()) tail.push(next.value);
  assertOneStream(tail, open);
}

/** The decoder gives the numbers of xz-embedded (linux/include/linux/xz.h, `enum xz_ret`). */
function reasonOf(cause: unknown): string {
  const [code] = /\d+$/.exec(cause instanceof Error ? cause.message : '') ?? [''];
  const known: Readonly<Record<string, string>> = {
    4: 'its xz dictionary is larger than 64 MiB',
    5: 'it is no xz file',
    6: 'it uses a filter or a check of xz that is not read here (use LZMA2 with crc32 or crc64)',
    8: 'unexpected end of the file',
  };
  return known[code] ?? 'its xz stream is damaged';
}

/** The decoder stops at the end of the first stream; whether that is the end of the file, the file's footer tells. */
function assertOneStream(tail: Tail, open: number): void {
  const bytes = tail.bytes();
  const footer = bytes.subarray(-edgeBytes);
  if (footer[10] !== 0x59 || footer[11] !== 0x5a) throw new Error('something follows the end of its xz stream');
  const indexBytes = (footer.readUInt32LE(4) + 1) * 4;
  const index = bytes.subarray(-edgeBytes - indexBytes, -edgeBytes);
  if (index.length < indexBytes) throw new Error('the index of its xz stream is too large');
  const sizes = indexSizes(index);
  if (sizes.stored + indexBytes + 2 * edgeBytes !== tail.total || sizes.open !== open) {
    throw new Error('it has more than one xz stream');
  }
}

function indexSizes(index: Buffer): { readonly stored: number; readonly open: number } {
  let at = 1;
  const next = (): number => {
    let value = 0;
    for (let scale = 1; at < index.length; scale *= 128) {
      const byte = index[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) break;
    }
    return value;
  };
  let [stored, open] = [0, 0];
  for (let left = next(); left > 0 && at < index.length; left--) {
    stored += Math.ceil(next() / 4) * 4;
    open += next();
  }
  return { stored, open };
}

/** The last bytes of what went by. */
class Tail {
  total = 0;
  private parts: Uint8Array[] = [];
  private held = 0;

  push(chunk: Uint8Array): void {
    this.total += chunk.length;
    this.parts.push(chunk);
    this.held += chunk.length;
    while (this.held - this.parts[0]!.length >= keptBytes) this.held -= this.parts.shift()!.length;
  }

  bytes(): Buffer {
    return Buffer.concat(this.parts);
  }
}
